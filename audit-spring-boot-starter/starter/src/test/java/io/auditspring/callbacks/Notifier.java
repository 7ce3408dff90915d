package io.auditspring.callbacks;

import io.auditspring.Audited;

/**
 * Is told by callbacks, of which it hears the one that a test is about.
 */
class Notifier {

	private final Hearing hearing;

	private volatile String heard = "";

	Notifier(Hearing hearing) {
		this.hearing = hearing;
	}

	void hear(String callback) {
		this.heard = callback;
	}

	void tell(String callback) {
		if (callback.equals(this.heard)) {
			this.hearing.hear(callback);
		}
	}

	/**
	 * What is audited.
	 */
	static class Hearing {

		@Audited(action = "hear", targetName = "#callback")
		public void hear(String callback) {
		}

	}

}
