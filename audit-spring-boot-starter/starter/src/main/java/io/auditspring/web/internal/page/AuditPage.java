/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.page;

import java.net.URI;
import java.security.Principal;
import java.time.Duration;

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

	private final PageFiles files = new PageFiles();

	/**
	 * Creates the page.
	 * @param readers who may read
	 * @param basePath where the page is
	 */
	AuditPage(Readers readers, String basePath) {
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
		registry.addInterceptor(new SecurityHeaders()).addPathPatterns(this.basePath, this.basePath + "/**");
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
		return ResponseEntity.ok()
			.contentType(MediaType.TEXT_HTML)
			.cacheControl(CacheControl.noStore())
			.header("Content-Security-Policy", SecurityHeaders.PAGE)
			.body(this.files.html());
	}

}
