/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.range;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import io.auditspring.archive.ArchiveStore;

/**
 * Reads manifests out of an archive.
 */
public final class Manifests {

	private static final int MAX_LENGTH = 4_000_000;

	private Manifests() {
	}

	/**
	 * Reads a manifest.
	 * @param store the archive
	 * @param name the file's name
	 * @return the manifest
	 * @throws IOException if it cannot be read, or is none
	 */
	public static Manifest read(ArchiveStore store, String name) throws IOException {
		try (InputStream content = store.read(name)) {
			byte[] bytes = content.readNBytes(MAX_LENGTH);
			return Manifest.parse(new String(bytes, StandardCharsets.UTF_8));
		}
		catch (IllegalArgumentException ex) {
			throw new IOException("'%s' is no manifest: %s".formatted(name, ex.getMessage()), ex);
		}
	}

}
