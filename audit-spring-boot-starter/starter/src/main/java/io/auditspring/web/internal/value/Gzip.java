/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.value;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import org.jspecify.annotations.Nullable;

/**
 * What is answered in fewer bytes to who takes that.
 */
public final class Gzip {

	public static final String NAME = "gzip";

	private Gzip() {
	}

	/**
	 * Whether a client takes it (RFC 9110, section 12.5.3).
	 * @param accepted the header {@code Accept-Encoding}, or {@code null}
	 * @return whether it does
	 */
	public static boolean isAccepted(@Nullable String accepted) {
		return accepted != null && Stream.of(accepted.split(","))
			.map((coding) -> coding.replace(" ", "").toLowerCase(Locale.ROOT))
			.anyMatch((coding) -> coding.matches("gzip(;.*)?") && !coding.matches(".*;q=0(\\.0*)?"));
	}

	public static byte[] compress(byte[] content) {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
			out.write(content);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return compressed.toByteArray();
	}

}
