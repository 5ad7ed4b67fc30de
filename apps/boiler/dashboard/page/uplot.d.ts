/** The chart library as a module; the server gives it out of node_modules. */
export { default } from 'uplot';
