/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.WitnessPolicy;
import io.auditspring.ledger.checkpoint.WitnessPolicy.Witness;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks witnesses to cosign checkpoints (C2SP tlog-witness, {@code add-checkpoint}), all
 * at the same time. No transaction is open while it waits for them. What they sign is
 * kept in {@code audit_cosignature}.
 */
final class Witnesses {

	/**
	 * The size that is guessed, that which is told, and one that another instance made.
	 */
	private static final int ROUNDS = 3;

	private static final Pattern SIZE = Pattern.compile("(0|[1-9][0-9]{0,18})\n");

	private static final Logger logger = LoggerFactory.getLogger(Witnesses.class);

	private final Checkpoints checkpoints;

	private final WitnessPolicy policy;

	private final HttpCalls calls = new HttpCalls();

	/** What each cosigned last, by chain and name; they tell where it is unknown. */
	private final Map<String, Long> sizes = new ConcurrentHashMap<>();

	private final Set<String> failing = new HashSet<>();

	Witnesses(Checkpoints checkpoints, WitnessPolicy policy) {
		this.checkpoints = checkpoints;
		this.policy = policy;
	}

	/**
	 * What came of it.
	 *
	 * @param checkpoint the checkpoint, with all cosignatures
	 * @param superseded whether a later one was cosigned already
	 * @param refusal what speaks against the ledger, or {@code null} if nothing does
	 */
	record Answers(Checkpoint checkpoint, boolean superseded, @Nullable String refusal) {

		private Answers with(List<String> lines) {
			return new Answers(this.checkpoint.with(lines), this.superseded, this.refusal);
		}

		private Answers refused(String why) {
			return new Answers(this.checkpoint, this.superseded, why);
		}

		private Answers beSuperseded() {
			return new Answers(this.checkpoint, true, this.refusal);
		}

	}

	/**
	 * Says whether too few cosigned.
	 * @return what is missing, or {@code null} if nothing is
	 */
	@Nullable String missing(Checkpoint checkpoint) {
		return this.policy.missing(checkpoint);
	}

	/**
	 * Asks those that have not cosigned yet.
	 * @param chain the chain's name
	 * @param checkpoint its newest checkpoint
	 * @return what came of it; of witnesses that failed nothing
	 */
	Answers ask(String chain, Checkpoint checkpoint) {
		Answers answers = new Answers(checkpoint, false, null);
		List<Witness> open = this.policy.witnesses()
			.stream()
			.filter((witness) -> witness.url() != null && witness.key().cosigned(checkpoint).isEmpty())
			.toList();
		for (int round = 0; round < ROUNDS && !open.isEmpty(); round++) {
			Map<Witness, CompletableFuture<HttpCalls.Answer>> asked = new LinkedHashMap<>();
			long deadline = HttpCalls.deadline();
			open.forEach((witness) -> asked.put(witness, send(chain, checkpoint, witness)));
			List<Witness> again = new ArrayList<>();
			for (Map.Entry<Witness, CompletableFuture<HttpCalls.Answer>> each : asked.entrySet()) {
				answers = take(chain, each.getKey(), each.getValue(), deadline, answers, again);
			}
			open = again;
		}
		open.forEach((witness) -> failed(chain, witness, "it keeps naming other sizes"));
		return answers;
	}

	private CompletableFuture<HttpCalls.Answer> send(String chain, Checkpoint checkpoint, Witness witness) {
		try {
			long old = Math.min(this.sizes.getOrDefault(key(chain, witness), 0L), checkpoint.size());
			StringBuilder body = new StringBuilder("old " + old + "\n");
			for (byte[] hash : this.checkpoints.growth(chain, old, checkpoint)) {
				body.append(Base64.getEncoder().encodeToString(hash)).append('\n');
			}
			String prefix = Objects.requireNonNull(witness.url()).toString().replaceFirst("/+$", "");
			return this.calls.post(prefix + "/add-checkpoint", "text/plain; charset=utf-8",
					body.append('\n').append(checkpoint.signed()).toString());
		}
		catch (IllegalArgumentException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private Answers take(String chain, Witness witness, CompletableFuture<HttpCalls.Answer> call, long deadline,
			Answers answers, List<Witness> again) {
		Checkpoint checkpoint = answers.checkpoint();
		try {
			HttpCalls.Answer answer = this.calls.await(call, deadline);
			switch (answer.status()) {
				case 200 -> {
					List<String> lines = answer.text().lines().map((line) -> line + "\n").toList();
					if (witness.key().cosigned(checkpoint.with(lines)).isEmpty()) {
						failed(chain, witness, "what it answered is not its cosignature");
						return answers;
					}
					return cosigned(chain, witness, answers, lines);
				}
				case 409 -> {
					return conflict(chain, witness, answer.text(), answers, again);
				}
				case 422 -> {
					failed(chain, witness, "it refuses the checkpoint");
					return answers.refused("""
							The witness '%s' (%s) refuses checkpoint %s of chain '%s', as it is not consistent with \
							what the witness cosigned before: it saw another history. %s:%n%s""".formatted(
							witness.name(), witness.url(), checkpoint.size(), chain, answer.shown(),
							checkpoint.signed()));
				}
				case 404 ->
					failed(chain, witness, "it does not know the log '%s': let its operator add the log and its key"
						.formatted(checkpoint.origin()));
				case 403 -> failed(chain, witness,
						"it does not take the signature: it knows another key of the log '%s', or key name"
							.formatted(checkpoint.origin()));
				default -> failed(chain, witness, "it answered %s: %s".formatted(answer.status(), answer.shown()));
			}
		}
		catch (HttpCalls.FailedException ex) {
			failed(chain, witness, ex.getMessage());
		}
		return answers;
	}

	private Answers cosigned(String chain, Witness witness, Answers answers, List<String> lines) {
		// No more than what is known of it: it may answer with anything beside.
		List<String> own = lines.stream()
			.filter((line) -> witness.key().cosigned(answers.checkpoint().with(List.of(line))).isPresent())
			.limit(1)
			.toList();
		this.checkpoints.cosign(chain, answers.checkpoint().size(), own);
		this.sizes.put(key(chain, witness), answers.checkpoint().size());
		if (this.failing.remove(key(chain, witness))) {
			logger.info("The witness '{}' cosigns audit chain '{}' again", witness.name(), chain);
		}
		return answers.with(own);
	}

	/** It cosigned another size than was guessed. */
	private Answers conflict(String chain, Witness witness, String body, Answers answers, List<Witness> again) {
		if (!SIZE.matcher(body).matches()) {
			failed(chain, witness, "it named no size in its conflict");
			return answers;
		}
		long told;
		try {
			told = Long.parseLong(body.strip());
		}
		catch (NumberFormatException ex) {
			failed(chain, witness, "it named a size that none can be");
			return answers;
		}
		long size = answers.checkpoint().size();
		if (told <= size) {
			this.sizes.put(key(chain, witness), told);
			again.add(witness);
			return answers;
		}
		if (this.checkpoints.latest(chain).map(Checkpoint::size).orElse(0L) >= told) {
			return answers.beSuperseded();
		}
		failed(chain, witness, "it cosigned a larger checkpoint");
		return answers.refused(
				"""
						The witness '%s' (%s) cosigned a checkpoint of %s entries of chain '%s', but the newest one here has %s: \
						the ledger went back"""
					.formatted(witness.name(), witness.url(), told, chain, size));
	}

	/** Told once, until it cosigns again: whether enough others do is another matter. */
	private void failed(String chain, Witness witness, @Nullable String why) {
		if (this.failing.add(key(chain, witness))) {
			logger.warn("The witness '{}' ({}) did not cosign audit chain '{}', and is asked again: {}", witness.name(),
					witness.url(), chain, why);
		}
	}

	private static String key(String chain, Witness witness) {
		return chain + "\n" + witness.name();
	}

}
