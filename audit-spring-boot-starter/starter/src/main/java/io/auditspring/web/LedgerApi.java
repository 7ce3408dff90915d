/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

import io.auditspring.database.internal.LedgerHeads;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.query.AuditTrail;
import io.auditspring.signing.Checkpoints;
import io.auditspring.web.internal.export.Proofs;
import io.auditspring.web.internal.handler.Answers;
import io.auditspring.web.internal.handler.TrailHandler;
import io.auditspring.web.internal.value.MalformedParameterException;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.server.ResponseStatusException;

/**
 * The ledger as a whole: where its chains end, and whether it is as it was written. Only
 * for those from whom nothing of it is kept.
 */
@ResponseBody
@RequestMapping("${audit.web.base-path:/audit}/api")
@RegisterReflectionForBinding({ Verification.class, ChainVerification.class, Problem.class,
		Verifications.Progress.class })
final class LedgerApi implements TrailHandler {

	private final LedgerHeads heads;

	private final Verifications verifications;

	private final Readers readers;

	private final ReadAuditing readings;

	private final @Nullable Checkpoints checkpoints;

	private final AuditTrail trail;

	private final JsonAnswers answers = new JsonAnswers();

	LedgerApi(LedgerHeads heads, Verifications verifications, Readers readers, ReadAuditing readings,
			@Nullable Checkpoints checkpoints, AuditTrail trail) {
		this.trail = trail;
		this.checkpoints = checkpoints;
		this.heads = heads;
		this.verifications = verifications;
		this.readers = readers;
		this.readings = readings;
	}

	/**
	 * Where the chains end, what was signed of them last, and which period is read in the
	 * archive.
	 */
	@GetMapping("/ledger")
	ResponseEntity<byte[]> ledger(@Nullable Principal principal) {
		requireAll(principal);
		List<Map<String, @Nullable Object>> chains = new ArrayList<>();
		for (LedgerHeads.Signed signed : this.heads.readSigned()) {
			ChainHead head = signed.head();
			Map<String, @Nullable Object> chain = new LinkedHashMap<>();
			chain.put("chain", head.chain());
			chain.put("size", head.size());
			chain.put("hash", HexFormat.of().formatHex(head.hash()));
			chain.put("recordedAt", text(head.recordedAt()));
			chain.put("checkpoint", checkpoint(signed));
			chains.add(chain);
		}
		Map<String, @Nullable Object> ledger = new LinkedHashMap<>();
		ledger.put("chains", chains);
		this.trail.archived()
			.ifPresent((period) -> ledger.put("archived",
					Map.of("from", period.from().toString(), "to", period.to().toString())));
		return this.answers.of(ledger);
	}

	private static @Nullable Map<String, @Nullable Object> checkpoint(LedgerHeads.Signed signed) {
		if (signed.note() == null) {
			return null;
		}
		Map<String, @Nullable Object> checkpoint = new LinkedHashMap<>();
		try {
			Checkpoint read = Checkpoint.parse(signed.note());
			checkpoint.put("size", read.size());
			checkpoint.put("root", HexFormat.of().formatHex(read.root()));
		}
		catch (InvalidCheckpointException ex) {
			checkpoint.put("size", null);
			checkpoint.put("root", null);
		}
		checkpoint.put("signedAt", text(signed.signedAt()));
		checkpoint.put("note", signed.note());
		return checkpoint;
	}

	/**
	 * Proves an entry: by the root log where it covers it, else by a checkpoint of its
	 * chain.
	 */
	@GetMapping(path = "/entries/{id}/proof", params = "!format")
	ResponseEntity<byte[]> proof(@PathVariable String id, @Nullable Principal principal) {
		requireAll(principal);
		UUID entry = EntryParameters.uuid("id", id);
		return this.answers.of(proof(
				(signed) -> signed.inclusionInAll(entry)
					.map(Proofs::of)
					.or(() -> signed.inclusion(entry).map(Proofs::of)),
				"There is no such entry in the database, or no signed checkpoint covers it yet"));
	}

	/** Proves an entry by a checkpoint of its chain, as others write such proofs. */
	@GetMapping(path = "/entries/{id}/proof", params = "format")
	@Answers(MediaType.TEXT_PLAIN_VALUE)
	ResponseEntity<byte[]> tlogProof(@PathVariable String id, @RequestParam String format,
			@Nullable Principal principal) {
		requireAll(principal);
		UUID entry = EntryParameters.uuid("id", id);
		if (!format.equals("tlog-proof")) {
			throw new MalformedParameterException("format", "format takes tlog-proof, or is left out");
		}
		String proof = proof((signed) -> signed.tlogProof(entry),
				"There is no such entry in the database, or no signed checkpoint of its chain covers it yet");
		return ResponseEntity.ok()
			.cacheControl(CacheControl.noStore())
			.contentType(new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8))
			.header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"%s.tlog-proof\"".formatted(entry))
			.body(proof.getBytes(StandardCharsets.UTF_8));
	}

	private <T> T proof(Function<Checkpoints, Optional<T>> proof, String missing) {
		return Optional.ofNullable(this.checkpoints)
			.flatMap(proof)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, missing));
	}

	/** Verifies, and answers when that has ended, or how it is going after a while. */
	@GetMapping("/verification")
	ResponseEntity<byte[]> verification(@Nullable Principal principal) {
		Reader reader = requireAll(principal);
		try {
			Optional<Verification> found = this.verifications.await(reader.actor(),
					() -> this.readings.note("verification", Map.of()));
			return found.map(this.answers::of)
				.orElseGet(() -> JsonAnswers.accepted(this.answers.of(this.verifications.progress())));
		}
		catch (CancellationException ex) {
			throw new ResponseStatusException(HttpStatus.CONFLICT, "Somebody cancelled the verification", ex);
		}
	}

	/** Verifies in the background; tells how that is going. */
	@PostMapping("/verification")
	ResponseEntity<byte[]> verify(@Nullable Principal principal) {
		requireAll(principal);
		this.readings.note("verification", Map.of());
		this.verifications.start();
		return progress(principal);
	}

	@DeleteMapping("/verification")
	ResponseEntity<byte[]> cancel(@Nullable Principal principal) {
		requireAll(principal);
		this.verifications.cancel();
		return progress(principal);
	}

	/**
	 * The same from the page, whose token against forged requests is in a form: servers
	 * read forms of a POST only.
	 */
	@PostMapping("/verification/cancellation")
	ResponseEntity<byte[]> cancelByForm(@Nullable Principal principal) {
		return cancel(principal);
	}

	@GetMapping("/verification/progress")
	ResponseEntity<byte[]> progress(@Nullable Principal principal) {
		requireAll(principal);
		return this.answers.of(this.verifications.progress());
	}

	private Reader requireAll(@Nullable Principal principal) {
		return this.readers.admitToAll(principal, "Who asks for the whole ledger must be allowed to read all of it");
	}

	private static @Nullable String text(@Nullable Object value) {
		return (value != null) ? value.toString() : null;
	}

}
