import { liveUrl } from './api.js';
import { parse } from './numbers.js';

// New entries as they come. The browser comes again by itself when a connection ends, and says what it had last; when it is
// refused, this does, later, and what came meanwhile is to be asked for.

const PAUSE = 30000;

export class Live {

	constructor(listener) {
		this.listener = listener;
		this.source = null;
		this.retry = null;
	}

	watch(request, missed = false) {
		this.stop();
		if (request.to) {
			// What has ended does not grow.
			this.listener.watching(false);
			return;
		}
		const source = new EventSource(liveUrl(request));
		this.source = source;
		// What an older connection still has to say belongs to other filters.
		const hear = (name, what) => source.addEventListener(name, (event) => this.source === source && what(event));
		hear('watching', () => {
			this.listener.watching(true);
			if (missed) {
				missed = false;
				this.listener.missed();
			}
		});
		hear('entry', (event) => this.listener.came(parse(event.data)));
		hear('more', () => this.listener.more());
		hear('error', () => {
			if (source.readyState === EventSource.CLOSED) {
				this.listener.watching(false);
				this.retry = setTimeout(() => this.watch(request, true), PAUSE);
			}
		});
	}

	/** Watches no more, and says nothing of it: something else is watched next. */
	stop() {
		clearTimeout(this.retry);
		this.source?.close();
		this.source = null;
	}

	end() {
		this.stop();
		this.listener.watching(false);
	}
}
