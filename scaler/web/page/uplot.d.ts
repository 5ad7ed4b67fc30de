/** The chart library as a module; the server makes it out of the package's minified file. */
export { default } from 'uplot';
