/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.page;

import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.List;

import io.auditspring.web.AuditApi;
import io.auditspring.web.Readers;
import io.auditspring.web.SecurityHeaders;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The trail as a page. It holds no entries itself: its script asks {@link AuditApi} for
 * them. Its content security policy lets nothing run and nothing load but what comes with
 * it.
 */
@RestController
@RequestMapping("${audit.web.base-path:/audit}")
final class AuditPage implements WebMvcConfigurer {

	private static final CacheControl FOR_GOOD = CacheControl.maxAge(Duration.ofDays(365)).immutable();

	private final Readers readers;

	private final String basePath;

	private final List<String> ancestors;

	private final PageFiles files = new PageFiles();

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
	}

	@Override
	public void addResourceHandlers(ResourceHandlerRegistry registry) {
		registry.addResourceHandler(this.basePath + "/page/**")
			.addResourceLocations("classpath:/" + PageFiles.PLACE)
			.setCacheControl(FOR_GOOD)
			.setUseLastModified(false)
			.resourceChain(false)
			.addResolver(this.files);
	}

	@Override
	public void addInterceptors(InterceptorRegistry registry) {
		String embedded = this.basePath + "/embed/**";
		registry.addInterceptor(new SecurityHeaders())
			.addPathPatterns(this.basePath, this.basePath + "/**")
			.excludePathPatterns(embedded);
		registry.addInterceptor(new SecurityHeaders(this.ancestors)).addPathPatterns(embedded);
		registry.addInterceptor(new Acceptance()).addPathPatterns(this.basePath + "/**");
	}

	/**
	 * The page's links are relative to the path with its slash. So is this one: what a
	 * proxy puts before the path need not be known.
	 */
	@GetMapping
	ResponseEntity<Void> addSlash(HttpServletRequest request) {
		String query = (request.getQueryString() != null) ? "?" + request.getQueryString() : "";
		String name = this.basePath.substring(this.basePath.lastIndexOf('/') + 1);
		return ResponseEntity.status(HttpStatus.FOUND).location(URI.create("./" + name + "/" + query)).build();
	}

	@GetMapping("/")
	ResponseEntity<byte[]> page(@Nullable Principal principal) {
		this.readers.admit(principal);
		return html(this.files.html(), SecurityHeaders.PAGE);
	}

	/** What was done to one thing, to be shown by pages of the application. */
	@GetMapping("/embed/targets/{type}/{id}")
	ResponseEntity<byte[]> target(@Nullable Principal principal) {
		this.readers.admit(principal);
		return html(this.files.embedded("../../../"), SecurityHeaders.page(this.ancestors));
	}

	/**
	 * The same by the parameters {@code targetType} and {@code targetId}, which the page
	 * reads: servers refuse paths with an encoded slash, and ids have some.
	 */
	@GetMapping("/embed/target")
	ResponseEntity<byte[]> targetByParameters(@Nullable Principal principal) {
		this.readers.admit(principal);
		return html(this.files.embedded("../"), SecurityHeaders.page(this.ancestors));
	}

	private static ResponseEntity<byte[]> html(byte[] html, String policy) {
		return ResponseEntity.ok()
			.contentType(MediaType.TEXT_HTML)
			.cacheControl(CacheControl.noStore())
			.header("Content-Security-Policy", policy)
			.body(html);
	}

}
