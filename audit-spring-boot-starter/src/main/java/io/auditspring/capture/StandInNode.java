package io.auditspring.capture;

import tools.jackson.databind.node.StringNode;

/**
 * A text that stands where a value must not be shown. It equals only what stands for an
 * equal value, so that one can tell that a secret changed without telling the secret. The
 * value itself never leaves this object.
 */
final class StandInNode extends StringNode {

	private static final long serialVersionUID = 1L;

	private final transient Object value;

	StandInNode(String text, Object value) {
		super(text);
		this.value = value;
	}

	static StandInNode masked(Object value) {
		return new StandInNode(Masking.MASK, value);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof StandInNode standIn && this.value.equals(standIn.value);
	}

	@Override
	public int hashCode() {
		return this.value.hashCode();
	}

}
