/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.math.BigDecimal;
import java.math.BigInteger;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.NumericNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;
import tools.jackson.databind.node.ValueNode;

/**
 * Makes the nodes of one value, so many and no more: an application may hand over what
 * never ends. Texts are held as they are, not copied, and so may be of any length.
 */
final class NodeBudget extends JsonNodeFactory {

	private static final long serialVersionUID = 1L;

	/**
	 * To write a longer number would take minutes; nothing that long is stored plainly.
	 */
	private static final int MAX_BITS = 8_192;

	private int left;

	NodeBudget(int nodes) {
		this.left = nodes;
	}

	boolean isExceeded() {
		return this.left < 0;
	}

	private void take() {
		if (--this.left < 0) {
			throw new IllegalStateException("The value has too many parts");
		}
	}

	static ValueNode number(BigInteger value) {
		return (value.bitLength() > MAX_BITS) ? cut(value.bitLength()) : instance.numberNode(value);
	}

	static ValueNode number(BigDecimal value) {
		return isLong(value) ? cut(value.unscaledValue().bitLength()) : instance.numberNode(value);
	}

	private static boolean isLong(BigDecimal value) {
		return value.unscaledValue().bitLength() > MAX_BITS;
	}

	private static StringNode cut(int bits) {
		return StringNode.valueOf("(a number of " + bits + " bits)");
	}

	@Override
	public ObjectNode objectNode() {
		take();
		return super.objectNode();
	}

	@Override
	public ArrayNode arrayNode() {
		take();
		return super.arrayNode();
	}

	@Override
	public StringNode stringNode(String text) {
		take();
		return super.stringNode(text);
	}

	@Override
	public BooleanNode booleanNode(boolean value) {
		take();
		return super.booleanNode(value);
	}

	@Override
	public NullNode nullNode() {
		take();
		return super.nullNode();
	}

	@Override
	public NumericNode numberNode(short value) {
		take();
		return super.numberNode(value);
	}

	@Override
	public NumericNode numberNode(int value) {
		take();
		return super.numberNode(value);
	}

	@Override
	public NumericNode numberNode(long value) {
		take();
		return super.numberNode(value);
	}

	@Override
	public NumericNode numberNode(float value) {
		take();
		return super.numberNode(value);
	}

	@Override
	public NumericNode numberNode(double value) {
		take();
		return super.numberNode(value);
	}

	@Override
	public ValueNode numberNode(BigInteger value) {
		take();
		return number(value);
	}

	// As Jackson does it: 1.0 and 1.00 are the same number.
	@Override
	public ValueNode numberNode(BigDecimal value) {
		take();
		return isLong(value) ? number(value) : number(value.stripTrailingZeros());
	}

	@Override
	public ValueNode pojoNode(Object pojo) {
		take();
		return super.pojoNode(pojo);
	}

}
