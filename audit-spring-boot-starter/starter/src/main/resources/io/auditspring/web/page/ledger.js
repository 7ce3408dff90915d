import { html, nothing } from './lib/lit-html.js';
import { icon } from './icons.js';
import { ago, count, dateTime } from './format.js';
import { problemCard } from './problem.js';
import { plain, shown } from './text.js';

// The ledger as a whole: where it ends, what was signed last, and whether it is as it was written.

export function ledger(view) {
	const { chains, progress, unread } = view;
	const standing = integrity(progress);
	return html`
		<details class="menu ledger" @toggle=${(event) => event.target.open && view.load()}>
			<summary class="button">${icon('shield')} Ledger <span class="badge ${standing.tone}">${standing.name}</span>
				${progress?.result ? html`<span class="age faint">${ago(progress.endedAt)}</span>` : nothing}</summary>
			<div class="popover" role="group" aria-label="The ledger">
				${unread ? problemCard(unread, view.load) : chains ? chains.map((each) => chain(view, each)) : html`<p class="faint">Loading …</p>`}
				${progress ? verification(view, standing) : nothing}
			</div>
		</details>`;
}

// Altered weighs more than unprotected, and that more than what was kept elsewhere.
const FOUND = [
	{ of: (kind) => !['GUARD', 'EVIDENCE'].includes(kind), name: 'Altered', tone: 'failure',
		advice: 'Entries are not as they were written. Let nobody delete anything: keep the database, its backups and its logs as they are, and compare them with checkpoints that were kept elsewhere. What is listed says where to look.' },
	{ of: (kind) => kind === 'GUARD', name: 'Protection missing', tone: 'warning',
		advice: 'Every entry is as it was written, but what guards the tables is not, so that somebody could change them. Find out who took it away and when, have the guards put back as the migrations make them, and verify again.' },
	{ of: (kind) => kind === 'EVIDENCE', name: 'Evidence missing', tone: 'warning',
		advice: 'The ledger contradicts nothing, but something that was kept of it elsewhere cannot be read. Restore that from a copy and verify again; until then it proves nothing.' }
];

/** Whether the ledger is as it was written, as far as that is known, and what to do about it. */
export function integrity(progress) {
	const result = progress?.result;
	if (progress?.state === 'running') {
		return { name: `${percent(progress)} %`, tone: '', advice: '' };
	}
	if (!result) {
		return { name: 'Not verified', tone: '', advice: {
			failed: 'It could not be verified; the server\'s log says why. Until it is, nothing is known.',
			cancelled: 'The verification was cancelled. Until it is done, nothing is known.'
		}[progress?.state] ?? 'Nobody has verified it since this server was started. Do it now: it reads everything, and writing goes on meanwhile.' };
	}
	const kinds = result.chains.flatMap((chain) => Object.keys(chain.counts));
	return FOUND.find((each) => kinds.some(each.of)) ?? { name: 'Verified', tone: 'success',
		advice: 'Every entry that there was then is as it was written. Keep a copy of the checkpoint elsewhere: later it shows whether that is still so.' };
}

const problems = (result) => result.chains.reduce((sum, chain) =>
	sum + Object.values(chain.counts).reduce((all, number) => all + number, 0), 0);

const percent = (progress) => progress.total ? Math.floor((progress.done / progress.total) * 100) : 0;

function chain(view, { chain, size, recordedAt, checkpoint }) {
	return html`
		<section class="chain"><h3>Chain ${shown(chain)}</h3>
			<p><b>${count(size)}</b> entries${recordedAt ? html`, the last <time datetime=${recordedAt} title=${dateTime(recordedAt)}>${ago(recordedAt)}</time>` : nothing}</p>
			${checkpoint ? html`<p>Signed up to entry <b>${checkpoint.size === null ? '?' : count(checkpoint.size)}</b>
					<time datetime=${checkpoint.signedAt} title=${dateTime(checkpoint.signedAt)}>${ago(checkpoint.signedAt)}</time></p>
				<p class="root"><span class="faint">Root</span> <code title=${checkpoint.root}>${checkpoint.root?.slice(0, 16)}…</code>
					<button class="small" @click=${(event) => view.copy(checkpoint.note, event)}>${icon('copy')} Copy checkpoint</button></p>`
				: html`<p class="faint">Nothing of it was signed: there is no checkpoint.</p>`}
		</section>`;
}

function verification(view, standing) {
	const { progress } = view;
	if (progress.state === 'running') {
		return html`<div class="verifying"><label>Verifying ${count(progress.done)} of ${count(progress.total)}
			<progress max=${progress.total || 1} .value=${progress.done}></progress></label>
			<button class="small" @click=${view.cancel}>Cancel</button></div>`;
	}
	return html`<div role="status">${found(progress.result, progress.endedAt, standing)}${later(view, progress.result)}<p class="advice faint">${standing.advice}</p></div>
		<button class="primary" @click=${view.verify}>${icon('shield')} Verify the whole ledger</button>`;
}

/** What a verification did not see yet: entries keep coming. */
function later({ chains }, result) {
	const size = (all) => all?.reduce((sum, each) => sum + each.size, 0);
	const since = size(chains) - size(result?.chains);
	return since > 0 ? html`<p class="later faint"><b>${count(since)}</b> ${since === 1 ? 'entry has' : 'entries have'} come since, and ${since === 1 ? 'is' : 'are'} not verified.</p>` : nothing;
}

function found(result, endedAt, standing) {
	if (!result) {
		return html`<p class="result"><b>${standing.name}</b></p>`;
	}
	const all = result.chains.flatMap((each) => each.problems);
	const number = problems(result);
	return html`<p class="result ${standing.tone}"><b>${standing.name}: ${number ? `${count(number)} ${number === 1 ? 'problem' : 'problems'}`
		: `${count(result.chains.reduce((sum, each) => sum + each.entries, 0))} entries`}</b> <span class="faint">${ago(endedAt)}</span></p>
		${all.length ? html`<ul class="problems">${all.slice(0, 20).map((each) => html`<li><b>${plain(each.kind)}</b>
			${each.seq !== null ? html`at entry ${count(each.seq)}` : nothing}: ${shown(each.what)}</li>`)}</ul>` : nothing}`;
}
