package io.auditspring.sample.controlplane;

import java.io.IOException;
import java.util.Optional;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Signs in the machine whose API key comes in the header, for this one request.
 */
public final class ApiKeyFilter extends OncePerRequestFilter {

	/** Carries the API key. */
	public static final String HEADER = "X-API-Key";

	/** Keeps the machine signed in while the container renders an error. */
	private final SecurityContextRepository contexts = new RequestAttributeSecurityContextRepository();

	private final ApiKeys keys;

	public ApiKeyFilter(ApiKeys keys) {
		this.keys = keys;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		String header = request.getHeader(HEADER);
		if (header != null) {
			Optional<ApiKeyAuthentication> authentication = this.keys.authenticate(PresentedKey.parse(header));
			if (authentication.isEmpty()) {
				response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
				return;
			}
			SecurityContext context = SecurityContextHolder.createEmptyContext();
			context.setAuthentication(authentication.get());
			SecurityContextHolder.setContext(context);
			this.contexts.saveContext(context, request, response);
		}
		chain.doFilter(request, response);
	}

}
