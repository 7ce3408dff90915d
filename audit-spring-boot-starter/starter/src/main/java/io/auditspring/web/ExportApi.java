/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.web.internal.export.Exports;
import io.auditspring.web.internal.handler.Answers;
import io.auditspring.web.internal.handler.TrailHandler;
import io.auditspring.web.internal.limit.Places;
import io.auditspring.web.internal.value.MalformedParameterException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.util.ClassUtils;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.server.ResponseStatusException;

/**
 * The trail to be taken away, streamed. Written on the request's own thread, as no
 * time-out of asynchronous requests must cut it short.
 */
@ResponseBody
@RequestMapping("${audit.web.base-path:/audit}/api")
final class ExportApi implements TrailHandler {

	private static final String FORMAT = "format";

	private static final String FIELDS = "fields";

	private static final String CHAIN = "chain";

	private static final boolean CSV_PRESENT = ClassUtils.isPresent("tools.jackson.dataformat.csv.CsvMapper",
			ExportApi.class.getClassLoader());

	/** Each takes a thread of the server for as long as its reader takes. */
	private static final int MOST = 8;

	private static final int MOST_EACH = 2;

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	/** A reader who keeps us waiting so long for so little is not waited for. */
	private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

	private static final long LEAST_BYTES = 1_000_000;

	private final Places places = new Places("exports", MOST, MOST_EACH, PATIENCE);

	private final AuditTrail trail;

	private final Exports exports;

	private final Readers readers;

	private final ReadAuditing readings;

	ExportApi(AuditTrail trail, Exports exports, Readers readers, ReadAuditing readings) {
		this.trail = trail;
		this.exports = exports;
		this.readers = readers;
		this.readings = readings;
	}

	/**
	 * A format.
	 *
	 * @param contentType what it is called on the web
	 * @param fileName how the file is called
	 * @param content writes it
	 */
	private record Format(String contentType, String fileName, Content content) {

	}

	@FunctionalInterface
	private interface Content {

		void write(OutputStream out) throws IOException;

	}

	/**
	 * Leaves it to the server when to send what it has, so that a failure at the very
	 * beginning can still be told, and when the answer is complete.
	 */
	static final class Unflushed extends FilterOutputStream {

		private final Duration longestWait;

		private final long leastBytes;

		private final LongSupplier nanoTime;

		private @Nullable IOException refusal;

		private long waited;

		private long taken;

		Unflushed(OutputStream out) {
			this(out, LONGEST_WAIT, LEAST_BYTES, System::nanoTime);
		}

		/**
		 * Waits for who reads.
		 * @param out where to
		 * @param longestWait how long at most
		 * @param leastBytes until they have taken so many bytes
		 * @param nanoTime what time it is
		 */
		Unflushed(OutputStream out, Duration longestWait, long leastBytes, LongSupplier nanoTime) {
			super(out);
			this.longestWait = longestWait;
			this.leastBytes = leastBytes;
			this.nanoTime = nanoTime;
		}

		@Override
		public void write(int value) throws IOException {
			write(new byte[] { (byte) value }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			long begin = this.nanoTime.getAsLong();
			try {
				this.out.write(bytes, offset, length);
			}
			catch (IOException ex) {
				this.refusal = ex;
				throw ex;
			}
			// The time that the database takes is not the reader's.
			this.waited += this.nanoTime.getAsLong() - begin;
			this.taken += length;
			if (this.taken >= this.leastBytes) {
				this.waited = 0;
				this.taken = 0;
			}
			else if (this.waited > this.longestWait.toNanos()) {
				throw new IllegalStateException("Who asked has taken %s bytes in %s seconds, and is not waited for"
					.formatted(this.taken, Duration.ofNanos(this.waited).toSeconds()));
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	}

	@GetMapping("/export")
	@Answers({ MediaType.APPLICATION_NDJSON_VALUE, "text/csv" })
	void export(@Nullable Principal principal, @RequestParam MultiValueMap<String, String> given,
			HttpServletRequest request, HttpServletResponse response) throws IOException {
		Reader reader = this.readers.admit(principal);
		requireEnd(request);
		EntryParameters parameters = EntryParameters.of(given, FORMAT, FIELDS, EntryParameters.ORDER);
		parameters.requireAllPages();
		Format format = format(parameters, reader);
		if (HttpMethod.HEAD.matches(request.getMethod())) {
			describe(reader, format, parameters, response);
			return;
		}
		Runnable place = this.places.take(reader.person(), reader.seesEveryActor());
		try {
			this.readings.note("export", parameters.values());
			// It would hold all of the answer.
			ShallowEtagHeaderFilter.disableContentCaching(request);
			describe(reader, format, parameters, response);
			write(format.content(), response);
		}
		finally {
			place.run();
		}
	}

	/**
	 * Without chunks only the end of the connection ends an answer, whatever ended it.
	 */
	private static void requireEnd(HttpServletRequest request) {
		if ("HTTP/1.0".equals(request.getProtocol())) {
			throw new ResponseStatusException(HttpStatus.HTTP_VERSION_NOT_SUPPORTED,
					"Over HTTP/1.0 nobody can tell a cut file from a whole one; let your proxy use HTTP/1.1 "
							+ "(nginx: proxy_http_version 1.1)");
		}
	}

	/** Whole chains are what the database has of them. */
	private static boolean isOfTables(EntryParameters parameters) {
		return "ndjson".equals(parameters.value(FORMAT)) && isWhole(parameters);
	}

	private void describe(Reader reader, Format format, EntryParameters parameters, HttpServletResponse response) {
		response.setContentType(format.contentType());
		response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"%s\"".formatted(format.fileName()));
		response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
		ArchivedPart part = isOfTables(parameters) ? null : ArchivedPart.of(reader, this.trail, parameters);
		if (part != null) {
			response.setHeader(ArchivedPart.HEADER, part.toString());
		}
	}

	/**
	 * Where anything goes wrong once the answer has begun, the connection is closed
	 * without the end of it, so that nobody takes it for complete.
	 */
	private static void write(Content content, HttpServletResponse response) throws IOException {
		Unflushed out = new Unflushed(response.getOutputStream());
		try {
			content.write(out);
		}
		catch (IOException | RuntimeException ex) {
			if (out.refusal != null) {
				// Who asked has hung up: the server knows its own exception, and is
				// quiet.
				throw out.refusal;
			}
			if (!response.isCommitted()) {
				response.reset();
			}
			throw new BrokenOffException(ex);
		}
	}

	private Format format(EntryParameters parameters, Reader reader) {
		AuditQuery query = reader.narrow(parameters);
		boolean places = reader.seesAll();
		if (parameters.value(FIELDS) != null && !"csv".equals(parameters.value(FORMAT))) {
			throw new MalformedParameterException(FIELDS,
					"fields chooses columns of format=csv; others have no columns");
		}
		return switch (String.valueOf(parameters.value(FORMAT))) {
			case "csv" -> {
				requireCsv();
				List<String> columns = columns(parameters.value(FIELDS));
				yield new Format("text/csv;charset=UTF-8;header=present", "audit.csv",
						(out) -> this.exports.csv(query, columns, places, out));
			}
			case "ecs" -> new Format("application/x-ndjson;charset=UTF-8", "audit-ecs.ndjson",
					(out) -> this.exports.ecs(query, places, out));
			case "ocsf" -> new Format("application/x-ndjson;charset=UTF-8", "audit-ocsf.ndjson",
					(out) -> this.exports.ocsf(query, places, out));
			case "ndjson" -> {
				requirePlaces(places);
				yield isWhole(parameters)
						? new Format("application/x-ndjson;charset=UTF-8", "audit-chain.ndjson",
								(out) -> this.exports.chains(parameters.values().getOrDefault(CHAIN, List.of()), out))
						: new Format("application/x-ndjson;charset=UTF-8", "audit-selection.ndjson",
								(out) -> this.exports.selection(description(parameters), query, out));
			}
			default -> throw new MalformedParameterException(FORMAT, "format takes csv, ndjson, ecs or ocsf");
		};
	}

	/** Only of everything can it be proved that nothing is missing. */
	private static boolean isWhole(EntryParameters parameters) {
		return !"desc".equals(parameters.value(EntryParameters.ORDER))
				&& Set.of(FORMAT, CHAIN, EntryParameters.ORDER).containsAll(parameters.values().keySet());
	}

	private static void requirePlaces(boolean places) {
		if (!places) {
			throw new ResponseStatusException(HttpStatus.FORBIDDEN,
					"What can be verified says where in the ledger an entry is, and so how much others did; take csv, "
							+ "ecs or ocsf, or ask who may read everything for it");
		}
	}

	private String description(EntryParameters parameters) {
		StringBuilder description = new StringBuilder("all entries");
		this.readings.shown(parameters.values()).forEach((name, values) -> {
			if (!name.equals(FORMAT)) {
				values.forEach((value) -> description.append(", ").append(name).append('=').append(value));
			}
		});
		return description.toString();
	}

	private static List<String> columns(@Nullable String fields) {
		List<String> columns = (fields != null) ? Stream.of(fields.split(",")).map(String::strip).distinct().toList()
				: List.of();
		try {
			Exports.requireColumns(columns);
			return columns;
		}
		catch (IllegalArgumentException ex) {
			throw new MalformedParameterException(FIELDS, ex);
		}
	}

	private static void requireCsv() {
		if (!CSV_PRESENT) {
			throw new ResponseStatusException(HttpStatus.NOT_IMPLEMENTED,
					"Exports as CSV need tools.jackson.dataformat:jackson-dataformat-csv on the class path");
		}
	}

}
