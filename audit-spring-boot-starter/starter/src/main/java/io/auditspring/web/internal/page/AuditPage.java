/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.page;

import java.io.IOException;
import java.security.Principal;
import java.util.List;
import java.util.regex.Pattern;

import io.auditspring.web.AuditApi;
import io.auditspring.web.Readers;
import io.auditspring.web.SecurityHeaders;
import io.auditspring.web.internal.handler.Answers;
import io.auditspring.web.internal.handler.TrailHandler;
import io.auditspring.web.internal.value.MalformedParameterException;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;

/**
 * The trail as a page. It holds no entries itself: its script asks {@link AuditApi} for
 * them. Its content security policy lets nothing run and nothing load but what comes with
 * it.
 */
@ResponseBody
@RequestMapping("${audit.web.base-path:/audit}")
final class AuditPage implements TrailHandler {

	/** At the end of a path, whatever parameters its last part has. */
	private static final Pattern SLASH = Pattern.compile("/(;[^/]*)?$");

	private final Readers readers;

	private final String basePath;

	private final List<String> ancestors;

	private final PageFiles files = new PageFiles();

	private final ResourceHttpRequestHandler loaded;

	/**
	 * Creates the page.
	 * @param readers who may read
	 * @param basePath where the page is
	 * @param ancestors the origins that may show one thing's history in a frame
	 */
	AuditPage(Readers readers, String basePath, List<String> ancestors) {
		this.ancestors = ancestors;
		this.readers = readers;
		this.basePath = basePath;
		this.loaded = this.files.handler();
	}

	/**
	 * With its slash or without: some applications and proxies take it away, and none is
	 * sent from one path to the other. Links are relative to the path as the browser has
	 * it, so that what a proxy puts before it need not be known.
	 */
	@GetMapping({ "", "/" })
	@Answers(MediaType.TEXT_HTML_VALUE)
	ResponseEntity<byte[]> page(@Nullable Principal principal, HttpServletRequest request) {
		this.readers.admit(principal);
		String name = this.basePath.substring(this.basePath.lastIndexOf('/') + 1);
		return html(this.files.html(SLASH.matcher(asked(request)).find() ? "" : "./" + name + "/"),
				SecurityHeaders.PAGE);
	}

	/** The path that the client asked for, whatever filters have made of it. */
	private static String asked(HttpServletRequest request) {
		ServletRequest asked = request;
		while (asked instanceof ServletRequestWrapper wrapper) {
			asked = wrapper.getRequest();
		}
		return (asked instanceof HttpServletRequest http) ? http.getRequestURI() : request.getRequestURI();
	}

	/** What was done to one thing, to be shown by pages of the application. */
	@GetMapping("/embed/targets/{type}/{id}")
	@Answers(MediaType.TEXT_HTML_VALUE)
	ResponseEntity<byte[]> target(@Nullable Principal principal, @PathVariable String type, @PathVariable String id) {
		this.readers.admit(principal);
		requireText("type", type);
		requireText("id", id);
		return html(this.files.embedded("../../../"), SecurityHeaders.page(this.ancestors));
	}

	/**
	 * The same by the parameters {@code targetType} and {@code targetId}, which the page
	 * reads: servers refuse paths with an encoded slash, and ids have some.
	 */
	@GetMapping("/embed/target")
	@Answers(MediaType.TEXT_HTML_VALUE)
	ResponseEntity<byte[]> targetByParameters(@Nullable Principal principal,
			@RequestParam(defaultValue = "") String targetType, @RequestParam(defaultValue = "") String targetId) {
		this.readers.admit(principal);
		requireText("targetType", targetType);
		requireText("targetId", targetId);
		return html(this.files.embedded("../"), SecurityHeaders.page(this.ancestors));
	}

	// Of a kind alone, or of nothing, the page would show the history of all.
	private static void requireText(String parameter, String value) {
		if (value.isBlank()) {
			throw new MalformedParameterException(parameter,
					"%s is missing: this page shows what was done to one thing".formatted(parameter));
		}
	}

	/** What these load. It tells nothing of the trail, and is for everybody. */
	@GetMapping("/page/{*path}")
	@Answers({})
	void file(@PathVariable String path, HttpServletRequest request, HttpServletResponse response)
			throws ServletException, IOException {
		if (path.length() < 2) {
			throw new NoResourceFoundException(HttpMethod.GET, request.getRequestURI(), path);
		}
		request.setAttribute(HandlerMapping.PATH_WITHIN_HANDLER_MAPPING_ATTRIBUTE, path.substring(1));
		this.loaded.handleRequest(request, response);
	}

	private static ResponseEntity<byte[]> html(byte[] html, String policy) {
		return ResponseEntity.ok()
			.contentType(MediaType.TEXT_HTML)
			.cacheControl(CacheControl.noStore())
			.header("Content-Security-Policy", policy)
			.body(html);
	}

}
