/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.nio.ByteBuffer;
import java.util.function.Function;

import org.hibernate.type.BasicType;
import org.hibernate.type.descriptor.WrapperOptions;
import org.jspecify.annotations.Nullable;

/**
 * A value of which the trail may show less than its column holds: the application's own
 * mapper may write it by its fields, or it is serialized. It is the same where what is
 * written is, which is found out only where it looks the same.
 */
public final class WrittenValue {

	private final BasicType<?> type;

	private final Object value;

	private final WrapperOptions options;

	private final Function<String, @Nullable Object> parser;

	private @Nullable Object written;

	/**
	 * Creates it.
	 * @param type its mapped type
	 * @param value the value
	 * @param options how values are written
	 * @param parser reads a text that may be JSON: what it gives is equal where the order
	 * of members or white space differ only, or {@code null}
	 */
	public WrittenValue(BasicType<?> type, Object value, WrapperOptions options,
			Function<String, @Nullable Object> parser) {
		this.type = type;
		this.value = value;
		this.options = options;
		this.parser = parser;
	}

	/**
	 * What its column holds.
	 * @return what the parser gives, or something else that is equal for equal values;
	 * the value itself where nobody can tell
	 */
	public Object written() {
		Object known = this.written;
		if (known == null) {
			known = comparable(WrittenColumns.written(this.type, this.value, this.options));
			this.written = known;
		}
		return known;
	}

	private Object comparable(@Nullable Object column) {
		if (column instanceof byte[] bytes) {
			return ByteBuffer.wrap(bytes);
		}
		if (column instanceof String text) {
			Object parsed = this.parser.apply(text);
			return (parsed != null) ? parsed : text;
		}
		return (column != null && column != WrittenColumns.UNKNOWN) ? column : this.value;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof WrittenValue another
				&& (this.type.isEqual(this.value, another.value) || written().equals(another.written()));
	}

	@Override
	public int hashCode() {
		return written().hashCode();
	}

}
