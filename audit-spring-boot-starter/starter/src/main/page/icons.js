import { svg, html } from './lib/lit-html.js';

// Line drawings of 16 by 16, in the colour of the text around them.

const PATHS = {
	close: svg`<path d="M4 4l8 8M12 4l-8 8"/>`,
	copy: svg`<path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z"/>`,
	exclude: svg`<circle cx="8" cy="8" r="5.500"/><path d="M4.200 11.800l7.600-7.600"/>`,
	link: svg`<path d="M6.5 9.5l3-3M7 4.5l1.6-1.6a2.9 2.9 0 014.2 4.2L11.200 8.700M9 11.500l-1.600 1.600a2.900 2.900 0 01-4.200-4.200L4.800 7.300"/>`,
	left: svg`<path d="M10 3.500L5.500 8l4.500 4.500"/>`,
	right: svg`<path d="M6 3.500L10.500 8 6 12.500"/>`,
	down: svg`<path d="M4 6l4 4 4-4"/>`,
	download: svg`<path d="M8 2.500v7.500M4.800 7L8 10.200 11.200 7M2.500 13.500h11"/>`,
	shield: svg`<path d="M8 1.800l5.200 2v4c0 3.200-2.200 5.400-5.200 6.500-3-1.100-5.200-3.300-5.200-6.500v-4zM5.700 8l1.700 1.700 3-3.200"/>`,
	decide: svg`<circle cx="8" cy="8" r="6"/><path d="M5.300 8.200l1.900 1.900 3.500-3.900"/>`,
	sun: svg`<circle cx="8" cy="8" r="3"/><path d="M8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1"/>`,
	moon: svg`<path d="M13.500 9.800A6 6 0 016.200 2.500a6 6 0 107.300 7.300z"/>`,
	search: svg`<circle cx="7" cy="7" r="4.500"/><path d="M10.500 10.500L14 14"/>`,
	filter: svg`<path d="M2 3.500h12M4.500 8h7M6.500 12.500h3"/>`,
	views: svg`<path d="M4 2.500h8v11l-4-3-4 3z"/>`,
	pause: svg`<path d="M6 4v8M10 4v8"/>`,
	print: svg`<path d="M4.500 6V2.500h7V6M4.500 11.500h-2v-5.500h11v5.500h-2M4.500 9.500h7v4h-7z"/>`,
	key: svg`<circle cx="5.500" cy="10.500" r="3"/><path d="M7.700 8.300L13.500 2.500M11 5l2 2"/>`,
	robot: svg`<path d="M3.500 6h9v6.500h-9zM8 6V3.500M1.500 8.500v2M14.500 8.500v2M6 10.500h4"/><circle cx="8" cy="2.500" r="1"/><circle cx="6" cy="8.300" r=".5"/><circle cx="10" cy="8.300" r=".5"/>`,
	server: svg`<path d="M2.500 3h11v4h-11zM2.500 9h11v4h-11zM5 5h.5M5 11h.5"/>`,
	gear: svg`<circle cx="8" cy="8" r="2.200"/><path d="M8 1.500v2M8 12.500v2M1.500 8h2M12.500 8h2M3.400 3.400l1.400 1.400M11.200 11.200l1.400 1.400M12.600 3.400l-1.400 1.400M4.800 11.200l-1.400 1.400"/>`
};

export const icon = (name) => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${PATHS[name]}</svg>`;
