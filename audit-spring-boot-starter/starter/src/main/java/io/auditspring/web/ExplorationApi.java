/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.security.Principal;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.Facets;
import io.auditspring.query.internal.value.NamePattern;
import io.auditspring.web.internal.handler.TrailHandler;
import io.auditspring.web.internal.value.MalformedParameterException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.server.ResponseStatusException;

/**
 * What leads from some entries to others: how many there are, which values they have, and
 * what belongs to one. Tells of nothing but what the reader may see, and takes no longer
 * the more there is.
 */
@ResponseBody
@RequestMapping("${audit.web.base-path:/audit}/api")
final class ExplorationApi implements TrailHandler {

	private static final String FIELD = "field";

	private static final int MOST_COUNTED = 10_000;

	private static final int MOST_RELATED = 1_000;

	private static final Duration AROUND = Duration.ofMinutes(5);

	private final AuditTrail trail;

	private final Readers readers;

	private final ReadAuditing readings;

	private final JsonAnswers answers = new JsonAnswers();

	/**
	 * Creates the API.
	 * @param trail the trail
	 * @param readers who may read
	 * @param readings notes who reads
	 */
	ExplorationApi(AuditTrail trail, Readers readers, ReadAuditing readings) {
		this.trail = trail;
		this.readers = readers;
		this.readings = readings;
	}

	@GetMapping("/facets")
	ResponseEntity<byte[]> facets(@Nullable Principal principal, @RequestParam MultiValueMap<String, String> given) {
		Reader reader = this.readers.admit(principal);
		EntryParameters parameters = EntryParameters.of(given, FIELD);
		parameters.requireAllPages();
		Set<Facets.Field> fields = fields(parameters.values().getOrDefault(FIELD, List.of()));
		AuditQuery query = reader.narrow(parameters);
		this.readings.note("facets", parameters.values());
		Facets facets = this.trail.facets(query, fields);
		Map<String, Object> told = new LinkedHashMap<>();
		facets.fields().forEach((field, facet) -> told.put(field.parameter(), values(facet)));
		Map<String, Object> answer = new LinkedHashMap<>();
		answer.put("of", Map.of("entries", facets.entries(), "exact", facets.exact()));
		answer.put("newest",
				facets.fields()
					.entrySet()
					.stream()
					.filter((each) -> !each.getValue().exact())
					.map((each) -> each.getKey().parameter())
					.toList());
		answer.put("fields", told);
		return ArchivedPart.told(this.answers.of(answer), ArchivedPart.of(reader, this.trail, parameters));
	}

	private static List<Map<String, Object>> values(Facets.Facet facet) {
		return facet.values()
			.entrySet()
			.stream()
			.map((value) -> Map.<String, Object>of("value", value.getKey(), "count", value.getValue()))
			.toList();
	}

	private static Set<Facets.Field> fields(List<String> names) {
		List<Facets.Field> all = List.of(Facets.Field.values());
		Set<Facets.Field> fields = new LinkedHashSet<>(names.isEmpty() ? all : List.of());
		for (String name : names) {
			fields.add(all.stream()
				.filter((field) -> field.parameter().equals(name))
				.findFirst()
				.orElseThrow(() -> new MalformedParameterException(FIELD, "field takes one of %s, not '%s'"
					.formatted(Arrays.toString(all.stream().map(Facets.Field::parameter).toArray()), name))));
		}
		return fields;
	}

	@GetMapping("/entries/count")
	ResponseEntity<byte[]> count(@Nullable Principal principal, @RequestParam MultiValueMap<String, String> given) {
		Reader reader = this.readers.admit(principal);
		EntryParameters parameters = EntryParameters.of(given);
		parameters.requireAllPages();
		AuditQuery query = reader.narrow(parameters);
		this.readings.note("count", parameters.values());
		return ArchivedPart.told(this.answers.of(told(this.trail.count(query, MOST_COUNTED))),
				ArchivedPart.of(reader, this.trail, parameters));
	}

	/**
	 * What belongs to an entry: how much of it there is, and the filters that show it.
	 */
	@GetMapping("/entries/{id}/context")
	ResponseEntity<byte[]> context(@Nullable Principal principal, @PathVariable String id) {
		Reader reader = this.readers.admit(principal);
		UUID wanted = EntryParameters.uuid("id", id);
		this.readings.note("context", Map.of("id", List.of(id)));
		AuditEntry entry = this.trail.find(reader.narrow(AuditQuery.all().id(wanted)))
			.stream()
			.findFirst()
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no entry " + wanted));
		Map<String, @Nullable Object> context = new LinkedHashMap<>();
		context.put("operation", neighbours(reader, "operation", entry.getOperationId().toString()));
		Actor actor = entry.getActor();
		context.put("actor", neighbours(reader, "actor", (actor != null) ? NamePattern.only(actor.id()) : null, "from",
				entry.getRecordedAt().minus(AROUND).toString(), "to", entry.getRecordedAt().plus(AROUND).toString()));
		context.put("session", neighbours(reader, "session", entry.getSessionId()));
		context.put("address", neighbours(reader, "ip", entry.getIpAddress()));
		context.put("trace", neighbours(reader, "trace", entry.getTraceId()));
		return this.answers.of(context);
	}

	/** Without a value there is nothing that has the same. */
	private @Nullable Map<String, Object> neighbours(Reader reader, @Nullable String... filter) {
		if (Stream.of(filter).anyMatch((part) -> part == null || part.isBlank())) {
			return null;
		}
		MultiValueMap<String, String> filters = new LinkedMultiValueMap<>();
		Map<String, @Nullable String> shown = new LinkedHashMap<>();
		for (int i = 0; i < filter.length; i += 2) {
			filters.add(String.valueOf(filter[i]), filter[i + 1]);
			shown.put(String.valueOf(filter[i]), filter[i + 1]);
		}
		AuditQuery query = reader.narrow(EntryParameters.of(filters));
		Map<String, Object> told = told(this.trail.count(query, MOST_RELATED));
		told.put("filter", shown);
		return told;
	}

	private static Map<String, Object> told(AuditTrail.Count count) {
		Map<String, Object> told = new LinkedHashMap<>();
		told.put("count", count.entries());
		told.put("exact", count.exact());
		return told;
	}

}
