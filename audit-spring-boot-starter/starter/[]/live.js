import { liveUrl } from './api.js';

// New entries as they come. The browser comes again by itself when a connection ends; when it is refused, this does, later.

const PAUSE = 30000;

export class Live {

	constructor(listener) {
		this.listener = listener;
		this.source = null;
		this.retry = null;
	}

	watch(request) {
		this.end();
		if (request.to) {
			// What has ended does not grow.
			return;
		}
		this.source = new EventSource(liveUrl(request));
		this.source.addEventListener('watching', () => this.listener.watching(true));
		this.source.addEventListener('entry', (event) => this.listener.came(JSON.parse(event.data)));
		this.source.addEventListener('more', () => this.listener.more());
		this.source.addEventListener('error', () => {
			if (this.source?.readyState === EventSource.CLOSED) {
				this.listener.watching(false);
				this.retry = setTimeout(() => this.watch(request), PAUSE);
			}
		});
	}

	end() {
		clearTimeout(this.retry);
		this.source?.close();
		this.source = null;
		this.listener.watching(false);
	}
}
