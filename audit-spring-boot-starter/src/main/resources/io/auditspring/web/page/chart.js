import { html, svg, nothing } from './lib/lit-html.js';
import { count, dateTime } from './format.js';

// Activity over time: one bar a span, its refusals and failures on top where they are seen.

const WIDTH = 1000;
const HEIGHT = 96;
const OUTCOMES = ['success', 'denied', 'failure'];

export function seconds(interval) {
	const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(interval) ?? [];
	const [days = 0, hours = 0, minutes = 0, rest = 0] = parts.slice(1).map((part) => Number(part ?? 0));
	return ((days * 24 + hours) * 60 + minutes) * 60 + rest;
}

export function chart(statistics, choose) {
	if (!statistics) {
		return html`<div class="chart placeholder"></div>`;
	}
	const span = seconds(statistics.interval) * 1000;
	const first = Math.floor(new Date(statistics.from) / span) * span;
	const spans = Math.max(1, Math.ceil((new Date(statistics.to) - first) / span));
	const highest = Math.max(1, ...statistics.buckets.map((bucket) => total(bucket)));
	const width = WIDTH / spans;
	return html`
		<figure class="chart">
			<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img"
					aria-label="Entries over time: ${count(statistics.total)} in all, at most ${count(highest)} in one span">
				${statistics.buckets.map((bucket) => {
					const index = (new Date(bucket.start) - first) / span;
					return bar(bucket, index * width, width, highest, () =>
						choose(bucket.start, new Date(new Date(bucket.start).getTime() + span).toISOString()));
				})}
			</svg>
			<figcaption>
				<span>${dateTime(statistics.from)}</span>
				<span class="legend">${OUTCOMES.map((outcome) => html`<i class="key ${outcome}"></i>${outcome}
					${count(statistics.buckets.reduce((sum, bucket) => sum + bucket[outcome], 0))}`)}</span>
				<span>${dateTime(statistics.to)}</span>
			</figcaption>
		</figure>`;
}

const total = (bucket) => OUTCOMES.reduce((sum, outcome) => sum + bucket[outcome], 0);

function bar(bucket, x, width, highest, choose) {
	let y = HEIGHT;
	const gap = Math.min(width * 0.2, 3);
	return svg`
		<g class="bar" @click=${choose}>
			<title>${dateTime(bucket.start)}: ${OUTCOMES.map((outcome) => `${outcome} ${count(bucket[outcome])}`).join(', ')}</title>
			<rect class="hit" x=${x} y="0" width=${width} height=${HEIGHT}></rect>
			${OUTCOMES.map((outcome) => {
				if (!bucket[outcome]) {
					return nothing;
				}
				const height = Math.max(2, (bucket[outcome] / highest) * (HEIGHT - 4));
				y -= height;
				return svg`<rect class=${outcome} x=${x + gap / 2} y=${Math.max(y, 0)} width=${Math.max(width - gap, 0.5)} height=${height}></rect>`;
			})}
		</g>`;
}
