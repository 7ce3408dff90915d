/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.io.IOException;
import java.security.Principal;
import java.util.function.BooleanSupplier;

import io.auditspring.web.internal.handler.Answers;
import io.auditspring.web.internal.handler.LaterDispatch;
import io.auditspring.web.internal.handler.TrailHandler;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The trail as it grows, as server-sent events: the same filters and access as the list,
 * each entry at least once. Connections end after a minute; browsers come again by
 * themselves, and are asked again who they are.
 */
@ResponseBody
@RequestMapping("${audit.web.base-path:/audit}/api")
final class LiveApi implements TrailHandler {

	private final LiveSubscriptions liveSubscriptions;

	private final Readers readers;

	private final ReadAuditing readings;

	LiveApi(LiveSubscriptions liveSubscriptions, Readers readers, ReadAuditing readings) {
		this.liveSubscriptions = liveSubscriptions;
		this.readers = readers;
		this.readings = readings;
	}

	@GetMapping("/live")
	@Answers(MediaType.TEXT_EVENT_STREAM_VALUE)
	@Nullable SseEmitter live(@Nullable Principal principal, @RequestParam MultiValueMap<String, String> given,
			@RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
			HttpServletRequest request, HttpServletResponse response) throws IOException {
		Reader reader = this.readers.admit(principal);
		EntryParameters parameters = EntryParameters.of(given, EntryParameters.FIELDS);
		parameters.requireAllPages();
		response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
		// Proxies that buffer would hold everything back.
		response.setHeader("X-Accel-Buffering", "no");
		if (HttpMethod.HEAD.matches(request.getMethod())) {
			response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
			return null;
		}
		LaterDispatch.remember(request);
		SseEmitter emitter = this.liveSubscriptions.watch(reader, reader.narrow(parameters), parameters, lastEventId,
				signedOut(request.getSession(false)));
		if (!this.liveSubscriptions.continues(reader, parameters.values(), lastEventId)) {
			this.readings.note("live", parameters.values());
		}
		return emitter;
	}

	private static BooleanSupplier signedOut(@Nullable HttpSession session) {
		if (session == null) {
			return () -> false;
		}
		return () -> {
			try {
				return session.getCreationTime() < 0;
			}
			catch (IllegalStateException ex) {
				return true;
			}
		};
	}

}
