/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.range;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.Timestamps;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.merkle.ConsistencyProof;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is said of a range: its ends, its files, and what proves that it is signed.
 *
 * @param ledger the chain's random id
 * @param range the range
 * @param received whether another ledger begins the chain and goes on with it
 * @param begins where the archive of the chain begins
 * @param generation how often the range was written: 1 for the first time
 * @param firstRecordedAt when the ledger took the first entry
 * @param lastRecordedAt when the ledger took the last entry
 * @param prevHash what the first entry follows
 * @param lastHash the last entry's hash
 * @param root the Merkle root over all entries of the chain up to the last one
 * @param erasedActors how many actor groups are erased
 * @param erasedData how many data groups are erased
 * @param core the file that never changes
 * @param payload the file that can be erased
 * @param tiles the file of hashes
 * @param proof that it is signed
 * @param supersedes the SHA-256 of the manifest before, or {@code null} for the first one
 * @param signature by the key of checkpoints over all this, in Base64; {@code null} if
 * there is none
 */
public record Manifest(UUID ledger, RangeName range, boolean received, long begins, int generation,
		Instant firstRecordedAt, Instant lastRecordedAt, byte[] prevHash, byte[] lastHash, byte[] root,
		long erasedActors, long erasedData, File core, File payload, File tiles, Proof proof,
		@Nullable String supersedes, @Nullable String signature) {

	private static final String FORMAT = "audit-archive/v1";

	private static final HexFormat HEX = HexFormat.of();

	private static final JsonMapper MAPPER = JsonMapper.shared();

	/**
	 * A file.
	 *
	 * @param bytes how long it is
	 * @param sha256 its SHA-256 in hexadecimal digits
	 */
	public record File(long bytes, String sha256) {

		private String json() {
			return new CanonicalObject().number("bytes", this.bytes).text("sha256", this.sha256).toString();
		}

		private static File read(JsonNode file) {
			return new File(file.path("bytes").longValue(), file.path("sha256").stringValue());
		}

	}

	/**
	 * What proves that a range is signed.
	 *
	 * @param checkpoint the signed note of a checkpoint that covers it
	 * @param consistency leads from the root over all entries up to the last one to that
	 * of the checkpoint
	 */
	public record Proof(String checkpoint, List<byte[]> consistency) {

		private static final Proof NONE = new Proof("", List.of());

		/**
		 * Whether the checkpoint covers entries.
		 * @param size how many, from the first of the chain on
		 * @param root the Merkle root over them
		 * @return whether it does
		 */
		public boolean covers(long size, byte[] root) {
			Checkpoint covering = Checkpoint.parse(this.checkpoint);
			return new ConsistencyProof(size, covering.size(), this.consistency).proves(root, covering.root());
		}

		/**
		 * Whether somebody trusted signed it.
		 * @param keys whose signatures count
		 * @return whether one of them did
		 */
		public boolean isSignedBy(TrustedKeys keys) {
			try {
				return Checkpoint.parse(this.checkpoint).isSignedBy(keys);
			}
			catch (InvalidCheckpointException ex) {
				return false;
			}
		}

	}

	/**
	 * Reads a manifest.
	 * @param text its canonical JSON
	 * @return the manifest
	 * @throws IllegalArgumentException if it is none, or says more than this
	 */
	public static Manifest parse(String text) {
		try {
			Manifest manifest = read(MAPPER.readTree(text));
			if (!manifest.toString().equals(text)) {
				throw new IllegalArgumentException("it is not in canonical form, or has members that are none of it");
			}
			return manifest;
		}
		catch (JacksonException | DateTimeException ex) {
			throw new IllegalArgumentException(ex.getMessage(), ex);
		}
	}

	private static Manifest read(JsonNode json) {
		return new Manifest(UUID.fromString(json.path("ledger").stringValue()),
				new RangeName(json.path("chain").stringValue(), json.path("first").longValue(),
						json.path("last").longValue()),
				json.path("received").booleanValue(false), json.path("begins").longValue(),
				json.path("generation").intValue(), Instant.parse(json.path("firstRecordedAt").stringValue()),
				Instant.parse(json.path("lastRecordedAt").stringValue()), bytes(json.path("prevHash")),
				bytes(json.path("lastHash")), bytes(json.path("root")), json.path("erasedActors").longValue(),
				json.path("erasedData").longValue(), File.read(json.path("core")), File.read(json.path("payload")),
				File.read(json.path("tiles")),
				new Proof(json.path("checkpoint").stringValue(),
						StreamSupport.stream(json.path("consistency").spliterator(), false)
							.map(Manifest::bytes)
							.toList()),
				json.path("supersedes").stringValue(null), json.path("signature").stringValue(null));
	}

	private static byte[] bytes(JsonNode hex) {
		return HEX.parseHex(hex.stringValue());
	}

	/**
	 * Signs it.
	 * @param signer the key of checkpoints
	 * @return the same with a signature
	 */
	public Manifest sign(CheckpointSigner signer) {
		return with(Base64.getEncoder().encodeToString(signer.sign(Sha256.utf8(with(null).toString()))));
	}

	/**
	 * Whether somebody trusted signed it.
	 * @param keys whose signatures count
	 * @return whether one of them did
	 */
	public boolean isSignedBy(TrustedKeys keys) {
		try {
			return this.signature != null
					&& keys.verify(Sha256.utf8(with(null).toString()), Base64.getDecoder().decode(this.signature));
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private Manifest with(@Nullable String signature) {
		return new Manifest(this.ledger, this.range, this.received, this.begins, this.generation, this.firstRecordedAt,
				this.lastRecordedAt, this.prevHash, this.lastHash, this.root, this.erasedActors, this.erasedData,
				this.core, this.payload, this.tiles, this.proof, this.supersedes, signature);
	}

	/**
	 * Says the same of a range that was written anew.
	 * @param payload the new file
	 * @param erasedActors how many actor groups are erased in it
	 * @param erasedData how many data groups are erased in it
	 * @param proof that the range is signed, by this checkpoint or another one
	 * @return a manifest of the next generation, which is not signed
	 */
	public Manifest next(File payload, long erasedActors, long erasedData, Proof proof) {
		return new Manifest(this.ledger, this.range, this.received, this.begins, this.generation + 1,
				this.firstRecordedAt, this.lastRecordedAt, this.prevHash, this.lastHash, this.root, erasedActors,
				erasedData, this.core, payload, this.tiles, proof, digest(), null);
	}

	/**
	 * Whether another one says the same of the entries and their files, whatever proves
	 * that they are signed.
	 * @param other the other one
	 * @return whether it does
	 */
	public boolean saysTheSameAs(Manifest other) {
		return withoutProof().toString().equals(other.withoutProof().toString());
	}

	private Manifest withoutProof() {
		return new Manifest(this.ledger, this.range, this.received, this.begins, this.generation, this.firstRecordedAt,
				this.lastRecordedAt, this.prevHash, this.lastHash, this.root, this.erasedActors, this.erasedData,
				this.core, this.payload, this.tiles, Proof.NONE, this.supersedes, null);
	}

	/**
	 * What an entry of the ledger says of it.
	 * @return its SHA-256 in hexadecimal digits
	 */
	public String digest() {
		return HEX.formatHex(Sha256.hash(Sha256.utf8(toString())));
	}

	/**
	 * The canonical JSON.
	 * @return the text that is kept
	 */
	@Override
	public String toString() {
		CanonicalObject object = new CanonicalObject().number("begins", this.begins)
			.text("chain", this.range.chain())
			.text("checkpoint", this.proof.checkpoint())
			.raw("consistency",
					this.proof.consistency()
						.stream()
						.map((hash) -> '"' + HEX.formatHex(hash) + '"')
						.collect(Collectors.joining(",", "[", "]")))
			.raw("core", this.core.json())
			.number("entries", this.range.entries())
			.number("erasedActors", this.erasedActors)
			.number("erasedData", this.erasedData)
			.number("first", this.range.first())
			.text("firstRecordedAt", Timestamps.format(this.firstRecordedAt))
			.text("format", FORMAT)
			.number("generation", (long) this.generation)
			.number("last", this.range.last())
			.text("lastHash", HEX.formatHex(this.lastHash))
			.text("lastRecordedAt", Timestamps.format(this.lastRecordedAt))
			.text("ledger", this.ledger.toString())
			.raw("payload", this.payload.json())
			.text("prevHash", HEX.formatHex(this.prevHash));
		if (this.received) {
			object.raw("received", "true");
		}
		return object.text("root", HEX.formatHex(this.root))
			.text("signature", this.signature)
			.text("supersedes", this.supersedes)
			.raw("tiles", this.tiles.json())
			.toString();
	}

}
