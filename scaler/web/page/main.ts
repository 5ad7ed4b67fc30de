document.title;

export {};
