/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.security.Principal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;

import io.auditspring.query.Activity;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.web.internal.handler.TrailHandler;
import io.auditspring.web.internal.value.Cursor;
import io.auditspring.web.internal.value.InstantParameter;
import io.auditspring.web.internal.value.Period;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.util.ClassUtils;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.server.ResponseStatusException;

/**
 * The trail as a REST API. Who may not see an entry is told the same as if there were
 * none. Reading leaves an entry of its own before anything is answered.
 *
 * @since 0.1.0
 */
@ResponseBody
@RequestMapping("${audit.web.base-path:/audit}/api")
@RegisterReflectionForBinding({ Page.class, Statistics.class })
public final class AuditApi implements TrailHandler {

	private static final String TO_STATE = "at";

	private static final String ATTRIBUTE = "attribute";

	private static final String PREFIX = "prefix";

	private static final int SUGGESTIONS = 20;

	private static final String INTERVAL = "interval";

	private static final boolean CSRF_PRESENT = ClassUtils.isPresent("org.springframework.security.web.csrf.CsrfToken",
			AuditApi.class.getClassLoader());

	private final AuditTrail trail;

	private final Readers readers;

	private final ReadAuditing readings;

	private final BooleanSupplier approvals;

	private final JsonAnswers answers = new JsonAnswers();

	/**
	 * Creates the API.
	 * @param trail the trail
	 * @param readers who may read
	 * @param readings notes who reads
	 * @param approvals whether anything can be approved
	 */
	AuditApi(AuditTrail trail, Readers readers, ReadAuditing readings, BooleanSupplier approvals) {
		this.approvals = approvals;
		this.trail = trail;
		this.readers = readers;
		this.readings = readings;
	}

	@GetMapping("/entries")
	ResponseEntity<byte[]> entries(@Nullable Principal principal, @RequestParam MultiValueMap<String, String> given,
			HttpServletRequest request) {
		Reader reader = this.readers.admit(principal);
		EntryParameters parameters = ofPage(given);
		AuditQuery query = reader.goingOn(this.trail, parameters, reader.narrow(parameters));
		this.readings.note("entries", parameters.values());
		ResponseEntity<byte[]> page = page(reader, parameters, query, request.getRequestURI());
		return parameters.isSummary() ? JsonAnswers.compressed(page, request.getHeader(HttpHeaders.ACCEPT_ENCODING))
				: page;
	}

	@GetMapping("/entries/{id}")
	ResponseEntity<byte[]> entry(@Nullable Principal principal, @PathVariable String id) {
		Reader reader = this.readers.admit(principal);
		UUID wanted = EntryParameters.uuid("id", id);
		this.readings.note("entry", Map.of("id", List.of(id)));
		AuditEntry entry = this.trail.find(reader.narrow(AuditQuery.all().id(wanted)))
			.stream()
			.findFirst()
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no entry " + wanted));
		return this.answers.unchanging(reader.show(entry));
	}

	@GetMapping("/targets/{type}/{id}")
	ResponseEntity<byte[]> target(@Nullable Principal principal, @PathVariable String type, @PathVariable String id,
			@RequestParam MultiValueMap<String, String> given, HttpServletRequest request) {
		Reader reader = this.readers.admit(principal);
		EntryParameters parameters = ofPage(given);
		AuditQuery query = reader.goingOn(this.trail, parameters, reader.narrow(parameters, type, id));
		this.readings.note("target", parameters.values(), type, id);
		return page(reader, parameters, query, request.getRequestURI());
	}

	@GetMapping("/targets/{type}/{id}/state")
	ResponseEntity<byte[]> state(@Nullable Principal principal, @PathVariable String type, @PathVariable String id,
			@RequestParam(name = TO_STATE, required = false) @Nullable String at) {
		return state(this.readers.admit(principal), type, id, at);
	}

	/**
	 * The same by parameters: servers refuse paths with an encoded slash, and ids have
	 * some.
	 */
	@GetMapping("/state")
	ResponseEntity<byte[]> state(@Nullable Principal principal, @RequestParam MultiValueMap<String, String> given) {
		Reader reader = this.readers.admit(principal);
		EntryParameters parameters = EntryParameters.only(given, EntryParameters.TARGET_TYPE, EntryParameters.TARGET_ID,
				TO_STATE);
		return state(reader, parameters.required(EntryParameters.TARGET_TYPE),
				parameters.required(EntryParameters.TARGET_ID), parameters.value(TO_STATE));
	}

	private ResponseEntity<byte[]> state(Reader reader, String type, String id, @Nullable String at) {
		if (!reader.seesEveryActor()) {
			throw new ResponseStatusException(HttpStatus.FORBIDDEN,
					"The state is made of what everybody did, and you may read what you did");
		}
		Instant instant = (at != null) ? InstantParameter.parse(TO_STATE, at) : Instant.now();
		this.readings.note("state", Map.of(TO_STATE, List.of(instant.toString())), type, id);
		AuditQuery trail = reader.narrow(AuditQuery.all().target(type, id));
		return this.trail.stateAt(trail, instant)
			.map(this.answers::of)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND,
					"%s %s has no recorded state at %s%s".formatted(type, id, instant,
							this.trail.stateKnownSince(trail)
								.filter(instant::isBefore)
								.map((since) -> ": the trail knows it since " + since)
								.orElse(""))));
	}

	@GetMapping("/statistics")
	ResponseEntity<byte[]> statistics(@Nullable Principal principal,
			@RequestParam MultiValueMap<String, String> given) {
		Reader reader = this.readers.admit(principal);
		EntryParameters parameters = EntryParameters.of(given, INTERVAL);
		parameters.requireAllPages();
		Period period = Period.of(parameters.value("from"), parameters.value("to"), parameters.value(INTERVAL));
		AuditQuery query = reader.narrow(parameters);
		this.readings.note("statistics", parameters.values());
		Activity activity = activity(query, period);
		boolean complete = !activity.from().isAfter(period.from());
		if (parameters.value(INTERVAL) == null) {
			activity = fitting(query, activity, complete && parameters.value("from") == null);
		}
		return ArchivedPart.told(this.answers.of(Statistics.of(activity, complete)),
				ArchivedPart.of(reader, this.trail, parameters));
	}

	/**
	 * Counts again by spans that fit the time in which there is something: where not all
	 * of it was counted, and where no beginning was asked for. A coarse span says only
	 * about when the first entry was, so the next one begins there.
	 */
	private Activity fitting(AuditQuery query, Activity counted, boolean open) {
		Instant from = (open && !counted.buckets().isEmpty()) ? counted.buckets().get(0).start() : counted.from();
		Period period = Period.of(from, counted.to());
		if (period.interval().compareTo(counted.interval()) >= 0) {
			return counted;
		}
		Activity finer = activity(query, period);
		// Short spans are counted one by one, which may be too many.
		return finer.from().isAfter(period.from()) ? counted : fitting(query, finer, open);
	}

	private Activity activity(AuditQuery query, Period period) {
		return this.trail.activity(query, period.from(), period.to(), period.interval());
	}

	/**
	 * What can be filtered by, which is not complete where there is an archive, as nobody
	 * waits for that while typing. Tells of nothing but what the reader may see; noted
	 * when they look at it.
	 */
	@GetMapping("/suggestions")
	ResponseEntity<byte[]> suggestions(@Nullable Principal principal,
			@RequestParam MultiValueMap<String, String> given) {
		Reader reader = this.readers.admit(principal);
		EntryParameters parameters = EntryParameters.of(given, ATTRIBUTE, PREFIX);
		parameters.requireAllPages();
		AuditTrail.Attribute attribute = EntryParameters.attribute(ATTRIBUTE, parameters.value(ATTRIBUTE));
		String prefix = parameters.value(PREFIX);
		List<String> values = this.trail.suggest(attribute, (prefix != null) ? prefix : "", SUGGESTIONS,
				reader.narrow(parameters));
		return this.answers.of(Map.of("values", values, "complete", this.trail.archived().isEmpty()));
	}

	/**
	 * What the application wants to see in requests that change something, which only its
	 * own pages can know.
	 */
	private static final class Csrf {

		static @Nullable Map<String, String> of(HttpServletRequest request) {
			return (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token) ? Map.of("header",
					token.getHeaderName(), "parameter", token.getParameterName(), "token", token.getToken()) : null;
		}

	}

	/** Who asks, and what they may do here. */
	@GetMapping("/reader")
	ResponseEntity<byte[]> reader(@Nullable Principal principal, HttpServletRequest request) {
		Reader reader = this.readers.admit(principal);
		Map<String, @Nullable Object> answer = new LinkedHashMap<>();
		answer.put("actor", reader.actor().id());
		answer.put("tenant", reader.tenant());
		answer.put("sees", reader.seesEveryActor() ? "all" : "own");
		answer.put("verifies", reader.seesAll());
		answer.put("decides", reader.decides() && this.approvals.getAsBoolean());
		answer.put("csrf", CSRF_PRESENT ? Csrf.of(request) : null);
		return this.answers.of(answer);
	}

	private static EntryParameters ofPage(MultiValueMap<String, String> given) {
		EntryParameters parameters = EntryParameters.of(given, EntryParameters.ORDER, EntryParameters.FIELDS);
		parameters.isSummary();
		return parameters;
	}

	private ResponseEntity<byte[]> page(Reader reader, EntryParameters parameters, AuditQuery query, String path) {
		boolean summary = parameters.isSummary();
		AuditTrail.Look found = this.trail.look(summary ? query.withoutStates() : query);
		Instant until = found.until();
		String next = null;
		if (until != null) {
			next = Cursor.of(until, !parameters.isOldestFirst());
		}
		else if (found.next() != null) {
			next = reader.cursorBehind(found.entries().get(found.entries().size() - 1));
		}
		Page page = new Page(found.entries()
			.stream()
			.map((entry) -> summary ? reader.summarize(entry) : reader.show(entry))
			.toList(), next, (until != null) ? until.toString() : null);
		return ArchivedPart.told(
				(next != null) ? this.answers.of(page, parameters.nextLink(path, next)) : this.answers.of(page),
				ArchivedPart.of(reader, this.trail, parameters, found));
	}

}
