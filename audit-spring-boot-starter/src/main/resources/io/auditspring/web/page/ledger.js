import { html, nothing } from './lib/lit-html.js';
import { icon } from './icons.js';
import { ago, count, dateTime } from './format.js';

// The ledger as a whole: where it ends, what was signed last, and whether it is as it was written.

export function ledger(view) {
	const { chains, progress } = view;
	return html`
		<details class="menu ledger" @toggle=${(event) => event.target.open && view.load()}>
			<summary class="button">${icon('shield')} Ledger ${badge(progress)}</summary>
			<div class="popover" role="group" aria-label="The ledger">
				${chains ? chains.map((each) => chain(view, each)) : html`<p class="faint">Loading …</p>`}
				${verification(view)}
			</div>
		</details>`;
}

const problems = (result) => result.chains.reduce((sum, chain) =>
	sum + Object.values(chain.counts).reduce((all, number) => all + number, 0), 0);

function badge(progress) {
	if (progress?.state === 'running') {
		return html`<span class="badge">${percent(progress)} %</span>`;
	}
	return progress?.result ? html`<span class="badge ${progress.result.valid ? 'success' : 'failure'}">${
		progress.result.valid ? 'Verified' : tampered(progress.result) ? 'Tampered' : 'Not all checked'}</span>` : nothing;
}

/** What was kept elsewhere and cannot be read says nothing against the ledger. */
const tampered = (result) => result.chains.some((chain) => Object.keys(chain.counts).some((kind) => kind !== 'EVIDENCE'));

const percent = (progress) => progress.total ? Math.floor((progress.done / progress.total) * 100) : 0;

function chain(view, { chain, size, recordedAt, checkpoint }) {
	return html`
		<section class="chain"><h3>Chain ${chain}</h3>
			<p><b>${count(size)}</b> entries${recordedAt ? html`, the last <time datetime=${recordedAt} title=${dateTime(recordedAt)}>${ago(recordedAt)}</time>` : nothing}</p>
			${checkpoint ? html`<p>Signed up to entry <b>${count(checkpoint.size)}</b>
					<time datetime=${checkpoint.signedAt} title=${dateTime(checkpoint.signedAt)}>${ago(checkpoint.signedAt)}</time></p>
				<p class="root"><span class="faint">Root</span> <code title=${checkpoint.root}>${checkpoint.root?.slice(0, 16)}…</code>
					<button class="small" @click=${(event) => view.copy(checkpoint.note, event)}>${icon('copy')} Copy checkpoint</button></p>`
				: html`<p class="faint">Nothing of it was signed: there is no checkpoint.</p>`}
		</section>`;
}

function verification(view) {
	const { progress } = view;
	if (progress?.state === 'running') {
		return html`<div class="verifying"><label>Verifying ${count(progress.done)} of ${count(progress.total)}
			<progress max=${progress.total || 1} .value=${progress.done}></progress></label>
			<button class="small" @click=${view.cancel}>Cancel</button></div>`;
	}
	return html`<div role="status">${outcome(progress)}</div>
		<button class="primary" @click=${view.verify}>${icon('shield')} Verify the whole ledger</button>`;
}

function outcome(progress) {
	const result = progress?.result;
	if (result) {
		const found = result.chains.flatMap((each) => each.problems);
		return html`<p class="result ${result.valid ? 'success' : 'failure'}"><b>${result.valid
			? `Valid: ${count(result.chains.reduce((sum, each) => sum + each.entries, 0))} entries`
			: `${count(problems(result))} problems`}</b> <span class="faint">${ago(progress.endedAt)}</span></p>
			${found.length ? html`<ul class="problems">${found.slice(0, 20).map((each) => html`<li><b>${each.kind}</b>
				${each.seq !== null ? html`at entry ${each.seq}` : nothing}: ${each.what}</li>`)}</ul>` : nothing}`;
	}
	return progress?.state === 'failed' ? html`<p class="error">It could not be verified; the server's log says why.</p>`
		: progress?.state === 'cancelled' ? html`<p class="faint">The verification was cancelled.</p>` : nothing;
}
