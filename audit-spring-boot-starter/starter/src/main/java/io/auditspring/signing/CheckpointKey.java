/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import io.auditspring.AuditSetupException;
import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.file.WholeFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.io.Resource;

/**
 * The key that signs checkpoints, from where the properties say.
 */
final class CheckpointKey {

	private static final Logger logger = LoggerFactory.getLogger(CheckpointKey.class);

	private static final String LOCATION = "audit.checkpoint.private-key-location";

	private static final String ELSEWHERE = "Set 'audit.checkpoint.memory' to a directory that survives restarts, that "
			+ "the application may write, and that those who can change the database cannot change.";

	private final CheckpointProperties properties;

	CheckpointKey(CheckpointProperties properties) {
		this.properties = properties;
	}

	CheckpointSigner signer(String name) {
		String pem = this.properties.privateKey();
		if (pem != null) {
			return signer(name, pem, "audit.checkpoint.private-key");
		}
		Resource location = Objects.requireNonNull(this.properties.privateKeyLocation());
		if (this.properties.generateKey() && !location.exists()) {
			generate(location);
		}
		return signer(name, read(location), LOCATION);
	}

	private static CheckpointSigner signer(String name, String pem, String property) {
		try {
			return Ed25519Signer.ofPem(name, pem);
		}
		catch (IllegalArgumentException ex) {
			throw new AuditSetupException(
					"The key of '%s' cannot sign checkpoints: %s".formatted(property, ex.getMessage()),
					"Let it be a private Ed25519 key in PEM, as 'openssl genpkey -algorithm ed25519' writes it.", ex);
		}
	}

	private static String read(Resource location) {
		try {
			return location.getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new AuditSetupException(
					"The key that '%s' names cannot be read: %s".formatted(LOCATION, ex.getMessage()),
					"Put a private Ed25519 key there, as 'openssl genpkey -algorithm ed25519' writes it, and let the "
							+ "application read it; for development audit.checkpoint.generate-key=true creates one.",
					ex);
		}
	}

	private static void generate(Resource location) {
		try {
			Path file = location.getFile().toPath().toAbsolutePath();
			// Other instances may start at the same time.
			if (!WholeFiles.create(file, Ed25519Signer.newPem())) {
				return;
			}
			logger.warn("A NEW KEY that signs audit checkpoints was created in {}. That is meant for development: "
					+ "whoever can read this file, or delete it, can forge checkpoints. In production make the key "
					+ "yourself, keep its public half where auditors find it, and do not set "
					+ "audit.checkpoint.generate-key.", file);
		}
		catch (IOException ex) {
			throw new AuditSetupException(
					"No key could be created where '%s' says: %s".formatted(LOCATION, ex.getMessage()),
					"Name a file that the application may write, or set audit.checkpoint.generate-key=false.", ex);
		}
	}

	/**
	 * Where to remember what was signed. A key is often mounted so that nothing can be
	 * written beside it.
	 */
	Path memory() {
		Path memory = place();
		try {
			if (!Files.isDirectory(memory)) {
				Files.createDirectories(memory);
			}
			if (!Files.isWritable(memory)) {
				throw new AccessDeniedException(memory.toString());
			}
			return memory;
		}
		catch (IOException ex) {
			throw new AuditSetupException(
					"Which checkpoints were signed cannot be remembered in '%s': %s".formatted(memory, ex), ELSEWHERE,
					ex);
		}
	}

	/** Next to the key, unless it is somewhere else than in a file. */
	private Path place() {
		Path memory = this.properties.memory();
		Resource location = this.properties.privateKeyLocation();
		if (memory == null && location != null && location.isFile()) {
			try {
				memory = location.getFile().toPath().toAbsolutePath().resolveSibling("audit-checkpoints");
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}
		if (memory == null) {
			throw new AuditSetupException("Nothing says where to remember which checkpoints were signed", ELSEWHERE);
		}
		return memory;
	}

}
