import { html, svg, nothing } from './lib/lit-html.js';
import { count, dateTime, shortTime } from './format.js';

// Activity over time: one bar a span, its refusals and failures on top where they are seen.

const WIDTH = 1000;
const HEIGHT = 88;
const OUTCOMES = ['success', 'denied', 'failure'];
const NAMES = { success: 'Succeeded', denied: 'Denied', failure: 'Failed' };

export function seconds(interval) {
	const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(interval) ?? [];
	const [days = 0, hours = 0, minutes = 0, rest = 0] = parts.slice(1).map((part) => Number(part ?? 0));
	return ((days * 24 + hours) * 60 + minutes) * 60 + rest;
}

export function chart(statistics, choose, filter) {
	if (!statistics) {
		return html`<div class="card chart placeholder"></div>`;
	}
	const { complete, from } = statistics;
	const span = seconds(statistics.interval) * 1000;
	const first = Math.floor(new Date(from) / span) * span;
	const end = new Date(statistics.to);
	const spans = Math.max(1, Math.ceil((end - first) / span));
	const highest = Math.max(1, ...statistics.buckets.map((bucket) => total(bucket)));
	const width = WIDTH / spans;
	const sum = (outcome) => statistics.buckets.reduce((all, bucket) => all + bucket[outcome], 0);
	return html`
		<figure class="card chart">
			<figcaption>
				<span class="total"><b>${count(statistics.total)}</b> ${statistics.total === 1 ? 'entry' : 'entries'}</span>
				<span class="legend">${OUTCOMES.map((outcome) => html`<button type="button" class="key ${outcome}" title="Show only these"
					@click=${() => filter({ outcome })}><i></i>${NAMES[outcome]} <b>${count(sum(outcome))}</b></button>`)}</span>
			</figcaption>
			<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img"
					aria-label="Entries over time: ${count(statistics.total)} in all, at most ${count(highest)} in one span">
				${[0.33, 0.66, 1].map((part) => svg`<line x1="0" x2=${WIDTH} y1=${HEIGHT - part * (HEIGHT - 4)} y2=${HEIGHT - part * (HEIGHT - 4)}></line>`)}
				${statistics.buckets.map((bucket) => bar(bucket, ((new Date(bucket.start) - first) / span) * width, width, highest, () =>
					choose(bucket.start, new Date(new Date(bucket.start).getTime() + span).toISOString())))}
			</svg>
			<div class="axis" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map((part) => html`<span>${shortTime(first + part * (end - first))}</span>`)}</div>
			${complete ? nothing : html`<p class="since faint">Counted since <time datetime=${from}>${dateTime(from)}</time>: there are too many entries before to count them for this filter.</p>`}
		</figure>`;
}

const total = (bucket) => OUTCOMES.reduce((sum, outcome) => sum + bucket[outcome], 0);

function bar(bucket, x, width, highest, choose) {
	let y = HEIGHT;
	const gap = Math.min(width * 0.25, 4);
	return svg`
		<g class="bar" @click=${choose}>
			<title>${dateTime(bucket.start)}: ${OUTCOMES.map((outcome) => `${NAMES[outcome].toLowerCase()} ${count(bucket[outcome])}`).join(', ')}</title>
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
