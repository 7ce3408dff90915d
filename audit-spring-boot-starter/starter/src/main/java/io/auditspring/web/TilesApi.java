/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.signing.Checkpoints;
import io.auditspring.web.internal.handler.Answers;
import io.auditspring.web.internal.handler.TrailHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.server.ResponseStatusException;

/**
 * A chain as a public log (C2SP tlog-tiles): its newest checkpoint and the tiles of its
 * tree, from which any proof can be computed, so that a monitor can watch that it only
 * grows. There are no entry bundles: what entries say is not for monitors. Nothing is
 * ever pruned; the tree outlives the entries of retired months.
 */
@ResponseBody
@RequestMapping("${audit.web.base-path:/audit}/api/chains/{chain}")
final class TilesApi implements TrailHandler {

	private static final int WIDTH = 256;

	private static final Pattern LEVEL = Pattern.compile("[0-9]|[1-5][0-9]|6[0-3]");

	/** An index below 10^18, and for partial tiles their width. */
	private static final Pattern TILE = Pattern
		.compile("/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?");

	/** Other ways to write an index would be other names of the same thing. */
	private static final String LEADING_ZEROS = "x000/";

	private static final Duration A_YEAR = Duration.ofDays(365);

	private final Checkpoints checkpoints;

	private final Readers readers;

	TilesApi(Checkpoints checkpoints, Readers readers) {
		this.checkpoints = checkpoints;
		this.readers = readers;
	}

	/** What was signed last, with the cosignatures of witnesses. */
	@GetMapping("/checkpoint")
	@Answers(MediaType.TEXT_PLAIN_VALUE)
	ResponseEntity<byte[]> checkpoint(@Nullable Principal principal, @PathVariable String chain) {
		this.readers.admitToHashes(principal);
		Checkpoint latest;
		try {
			latest = this.checkpoints.latest(chain).orElseThrow(TilesApi::none);
		}
		catch (InvalidCheckpointException ex) {
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE,
					"The newest checkpoint is not signed by a key that is trusted here", ex);
		}
		return ResponseEntity.ok()
			.cacheControl(CacheControl.noStore())
			.contentType(new MediaType("text", "plain", StandardCharsets.UTF_8))
			.body(latest.note().getBytes(StandardCharsets.UTF_8));
	}

	/** Hashes of one level; those that are there never change. */
	@GetMapping("/tile/{level}/{*path}")
	@Answers(MediaType.APPLICATION_OCTET_STREAM_VALUE)
	ResponseEntity<byte[]> tile(@Nullable Principal principal, @PathVariable String chain, @PathVariable String level,
			@PathVariable String path) {
		this.readers.admitToHashes(principal);
		Matcher tile = TILE.matcher(path);
		if (!LEVEL.matcher(level).matches() || !tile.matches() || path.startsWith("/" + LEADING_ZEROS)) {
			throw none();
		}
		long index = Long.parseLong(tile.group(1).replaceAll("[x/]", ""));
		int width = (tile.group(2) != null) ? Integer.parseInt(tile.group(2)) : WIDTH;
		byte[] hashes = this.checkpoints.tile(chain, Integer.parseInt(level), index, width).orElseThrow(TilesApi::none);
		return ResponseEntity.ok()
			.cacheControl(CacheControl.maxAge(A_YEAR).cachePrivate().immutable())
			.contentType(MediaType.APPLICATION_OCTET_STREAM)
			.body(hashes);
	}

	private static ResponseStatusException none() {
		return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no such checkpoint or tile");
	}

}
