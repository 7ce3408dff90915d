import { html, svg, nothing } from './lib/lit-html.js';
import { clockTime, count, date, dateTime, dayTime, shortTime, toLocal, zoneName } from './format.js';
import { words } from './problem.js';
import { drawn, t } from './words.js';

// Activity over time: one bar a span, its refusals and failures on top where they are seen. By keyboard it is a slider
// over the spans in which there is something.

const WIDTH = 1000;
const HEIGHT = 88;
const HOUR = 3600000;
const DAY = 24 * HOUR;
const FEW = 8;
const OUTCOMES = ['success', 'denied', 'failure'];
const NAMES = { success: 'Succeeded', denied: 'Denied', failure: 'Failed' };

export function seconds(interval) {
	const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(interval) ?? [];
	const [days = 0, hours = 0, minutes = 0, rest = 0] = parts.slice(1).map((part) => Number(part ?? 0));
	return ((days * 24 + hours) * 60 + minutes) * 60 + rest;
}

/** Takes room only where there is something to say. */
export const chart = (view) => html`<section class="activity" aria-label=${t('Activity')}>${activity(view)}</section>`;

function activity(view) {
	const { statistics, uncounted, counting, entries } = view;
	if (uncounted) {
		return entries.length ? html`<p class="uncounted faint" role="status">${t('How many there are could not be counted: {why}.', { why: words(uncounted).title })}
			<button type="button" class="link" @click=${view.count}>${t('Count again')}</button></p>` : nothing;
	}
	if (!statistics) {
		return counting ? html`<div class="card chart counting"><p class="faint" role="status">${t('Counting …')}</p><div class="bars" aria-hidden="true">${
			Array.from({ length: 24 }, (_, index) => html`<i class="high-${(index * 7) % 5}"></i>`)}</div></div>` : nothing;
	}
	return statistics.total ? figure(view) : nothing;
}

function figure({ view, statistics, counting, at, brush, choose, filter, point, select }) {
	const { complete, from } = statistics;
	const { filters, period } = view;
	const span = seconds(statistics.interval) * 1000;
	const first = Math.floor(new Date(from) / span) * span;
	const end = new Date(statistics.to);
	const spans = Math.max(1, Math.ceil((end - first) / span));
	const highest = Math.max(1, ...statistics.buckets.map((bucket) => total(bucket)));
	const width = WIDTH / spans;
	const sum = (outcome) => statistics.buckets.reduce((all, bucket) => all + bucket[outcome], 0);
	const last = statistics.buckets.length - 1;
	const place = Math.min(at ?? last, last);
	// Days are those of UTC, which are not those of every zone.
	const others = span >= DAY && ![first, first + spans * span].every((time) => toLocal(time).endsWith('T00:00'));
	const scale = others ? dayTime : span >= DAY ? date : end - first < HOUR ? clockTime : shortTime;
	// Between the ends, it is said where a span begins.
	const tick = (part) => part === 1 || spans < FEW ? first + part * (end - first) : first + Math.round(part * spans) * span;
	// Spans begin before the first of the entries that were counted, and end after the last.
	const zoom = (start, until) => choose(start > new Date(from) || !filters.from && !period ? new Date(start).toISOString() : filters.from?.[0] ?? from,
		filters.to && until >= end ? filters.to[0] : new Date(until).toISOString());
	const take = (bucket) => zoom(new Date(bucket.start), new Date(bucket.start).getTime() + span);
	const chosen = brush && { from: Math.min(...brush), to: Math.max(...brush) + span };
	const x = (time) => Math.max(0, Math.min(WIDTH, ((time - first) / span) * width));
	const starts = statistics.buckets.map((bucket) => new Date(bucket.start).getTime());
	const under = (event) => {
		const box = event.currentTarget.getBoundingClientRect();
		return first + Math.floor(Math.max(0, Math.min(0.9999, (event.clientX - box.left) / box.width)) * spans) * span;
	};
	const drag = {
		down: (event) => { if (event.button === 0) { event.currentTarget.setPointerCapture(event.pointerId); select([under(event), under(event)], true); } },
		move: (event) => { if (brush && event.buttons & 1) { select([brush[0], under(event)], true); } },
		up: (event) => { if (brush) { const [from, to] = [brush[0], under(event)]; select(null); if (from !== to || starts.includes(from)) { zoom(Math.min(from, to), Math.max(from, to) + span); } } }
	};
	return html`
		<figure class="card chart" aria-busy=${counting}>
			<figcaption>
				<span class="total">${complete ? nothing : t('at least ')}${drawn(statistics.total === 1 ? '{n} entry' : '{n} entries', { n: html`<b>${count(statistics.total)}</b>` })}</span>
				<span class="legend">${OUTCOMES.map((outcome) => html`<button type="button" class="key ${outcome}" title=${t('Show only these')}
					@click=${() => filter({ outcome })}><i></i>${t(NAMES[outcome])} <b>${count(sum(outcome))}</b></button>`)}</span>
			</figcaption>
			<div class="plot" role="slider" tabindex="0" aria-label=${t('Entries over time')} aria-valuemin="0" aria-valuemax=${last} aria-valuenow=${place}
					aria-valuetext=${said(statistics.buckets[place])} aria-describedby="chart-keys" @keydown=${(event) => move(event, { buckets: statistics.buckets, starts, place, point, take, brush, select, zoom, span })}
					@pointerdown=${drag.down} @pointermove=${drag.move} @pointerup=${drag.up} @pointercancel=${() => select(null)}>
				<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
					${[0.33, 0.66, 1].map((part) => svg`<line x1="0" x2=${WIDTH} y1=${HEIGHT - part * (HEIGHT - 4)} y2=${HEIGHT - part * (HEIGHT - 4)}></line>`)}
					${statistics.buckets.map((bucket, index) => bar(bucket, ((new Date(bucket.start) - first) / span) * width, width, highest, index === place))}
					${chosen ? svg`<rect class="brush" x=${x(chosen.from)} y="0" width=${x(chosen.to) - x(chosen.from)} height=${HEIGHT}></rect>` : nothing}
				</svg>
			</div>
			<div class="axis" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map((part) => html`<span>${scale(tick(part))}</span>`)}</div>
			<p class="pointed faint" aria-hidden="true">${chosen ? t('{from} to {to}', { from: dateTime(chosen.from), to: dateTime(chosen.to) }) : said(statistics.buckets[place])}</p>
			<p class="hidden" id="chart-keys">${t('Arrow keys go from span to span, with Shift they choose several; Enter shows only the entries of what is chosen.')}</p>
			${others ? html`<p class="since faint">${t('Bars begin at midnight in UTC, the days of the list at midnight in {zone}.', { zone: zoneName() })}</p>` : nothing}
			${complete ? nothing : html`<p class="since faint">${drawn('Counted since {time}: there are too many entries before to count them for this filter.', { time: html`<time datetime=${from}>${dateTime(from)}</time>` })}</p>`}
		</figure>`;
}

const total = (bucket) => OUTCOMES.reduce((sum, outcome) => sum + bucket[outcome], 0);

const said = (bucket) => `${dateTime(bucket.start)}: ${OUTCOMES.map((outcome) => `${t(NAMES[outcome]).toLowerCase()} ${count(bucket[outcome])}`).join(', ')}`;

function move(event, { buckets, starts, place: at, point, take, brush, select, zoom, span }) {
	const last = buckets.length - 1;
	const place = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: last }[event.key];
	if (place !== undefined) {
		const next = Math.max(0, Math.min(place, last));
		select(event.shiftKey ? [brush?.[0] ?? starts[at], starts[next]] : null);
		point(next);
		event.preventDefault();
	} else if (event.key === 'Enter' && brush) {
		select(null);
		zoom(Math.min(...brush), Math.max(...brush) + span);
	} else if (event.key === 'Enter') {
		take(buckets[at]);
	} else if (event.key === 'Escape' && brush) {
		select(null);
		event.stopPropagation();
	}
}

function bar(bucket, x, width, highest, pointed) {
	let y = HEIGHT;
	const gap = Math.min(width * 0.25, 4);
	return svg`
		<g class="bar ${pointed ? 'here' : ''}">
			<title>${said(bucket)}</title>
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
