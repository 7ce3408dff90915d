/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Lets whatever a reactive request causes know that it does, and from where. No thread is
 * the request's, so its context says it: to those who subscribe within, and to threads
 * where the application lets Reactor propagate its context to them.
 */
final class ReactiveRequests implements WebFilter, Ordered {

	/** RFC 3986, section 3.3. Some carry the session's id in one. */
	private static final Pattern PATH_PARAMETER = Pattern.compile(";[^/]*");

	/** Set by Spring WebFlux, which need not be there. */
	private static final String TEMPLATE = "org.springframework.web.reactive.HandlerMapping.bestMatchingPattern";

	private static final int MAX_TEXT = 512;

	private final TrustedProxies proxies;

	private final @Nullable String deviceHeader;

	private final @Nullable String idHeader;

	private final @Nullable CapturedContext capturedContext;

	ReactiveRequests(TrustedProxies proxies, @Nullable String deviceHeader, @Nullable String idHeader,
			@Nullable CapturedContext capturedContext) {
		this.proxies = proxies;
		this.deviceHeader = deviceHeader;
		this.idHeader = idHeader;
		this.capturedContext = capturedContext;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		return chain.filter(exchange).contextWrite((context) -> within(context, details(exchange)));
	}

	private Context within(Context context, RequestDetails details) {
		Context known = context.put(RequestDetails.class, details);
		return (this.capturedContext == null) ? known : known.put(this.capturedContext,
				new CapturedContextAccessor.Passage(new CapturedContext.Legacy(null, null, details), null, null));
	}

	private RequestDetails details(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		String id = (this.idHeader != null) ? RequestLine.id(request.getHeaders().getFirst(this.idHeader)) : null;
		return new RequestDetails(client(request), header(request, "User-Agent"), null,
				header(request, this.deviceHeader), () -> null, id, () -> line(exchange, id));
	}

	// The template is known only once a handler is chosen.
	private static RequestLine line(ServerWebExchange exchange, @Nullable String id) {
		ServerHttpRequest request = exchange.getRequest();
		Object template = exchange.getAttribute(TEMPLATE);
		String path = (template != null) ? template.toString()
				: PATH_PARAMETER.matcher(request.getPath().pathWithinApplication().value()).replaceAll("");
		return new RequestLine(request.getMethod().name(), cut(path), template != null, id);
	}

	private @Nullable String client(ServerHttpRequest request) {
		InetSocketAddress peer = request.getRemoteAddress();
		return (peer == null || peer.getAddress() == null) ? null
				: this.proxies.client(peer.getAddress().getHostAddress(),
						(name) -> Objects.requireNonNullElse(request.getHeaders().get(name), List.of()));
	}

	private static @Nullable String header(ServerHttpRequest request, @Nullable String name) {
		String value = (name != null) ? request.getHeaders().getFirst(name) : null;
		return (value != null) ? cut(value) : null;
	}

	private static String cut(String text) {
		return (text.length() > MAX_TEXT) ? text.substring(0, MAX_TEXT) : text;
	}

}
