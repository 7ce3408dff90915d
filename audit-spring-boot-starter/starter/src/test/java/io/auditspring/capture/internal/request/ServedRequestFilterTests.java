package io.auditspring.capture.internal.request;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.mock.env.MockEnvironment;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which request a thread serves.
 */
class ServedRequestFilterTests {

	private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/login");

	private final List<ServletRequestAttributes> seen = new ArrayList<>();

	@AfterEach
	void nothingIsLeft() {
		RequestContextHolder.resetRequestAttributes();
		assertThat(ServedRequests.current()).isNull();
		assertThat(ServedRequests.outermost()).isNull();
	}

	private void serve(MockHttpServletRequest request, FilterChain chain) throws IOException, ServletException {
		new ServedRequestFilter().doFilter(request, new MockHttpServletResponse(), chain);
	}

	private void look() {
		this.seen.add(ServedRequests.current());
	}

	@Test
	void aRequestIsKnownWhileItIsServedAndSpringsHolderIsLeftAlone() throws Exception {
		serve(this.request, (request, response) -> {
			look();
			assertThat(RequestContextHolder.getRequestAttributes()).isNull();
			assertThat(ServedRequests.include(ServedRequests.current())).isTrue();
		});
		assertThat(this.seen).singleElement().satisfies((known) -> {
			assertThat(known.getRequest()).isSameAs(this.request);
			assertThat(ServedRequests.include(known)).isFalse();
		});
	}

	@Test
	void nothingIsLeftOfOneThatFails() {
		assertThatExceptionOfType(ServletException.class).isThrownBy(() -> serve(this.request, (request, response) -> {
			look();
			throw new ServletException("Broken");
		}));
		assertThat(ServedRequests.include(this.seen.get(0))).isFalse();
	}

	@Test
	void whatIsToBeDoneAtItsEndIsDoneThenEvenIfItFails() {
		List<String> done = new ArrayList<>();
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> serve(this.request, (request, response) -> {
			ServedRequests.outermost()
				.registerDestructionCallback("end", () -> done.add("end"), RequestAttributes.SCOPE_REQUEST);
			done.add("served");
			throw new IOException("Gone");
		}));
		assertThat(done).containsExactly("served", "end");
	}

	@Test
	void whatSpringKnowsIsNearer() throws Exception {
		ServletRequestAttributes inner = new ServletRequestAttributes(new MockHttpServletRequest());
		serve(this.request, (request, response) -> {
			look();
			RequestContextHolder.setRequestAttributes(inner);
			look();
			assertThat(ServedRequests.outermost()).isSameAs(this.seen.get(0));
			assertThat(ServedRequests.include(inner)).isTrue();
			assertThat(ServedRequests.include(this.seen.get(0))).isTrue();
			RequestContextHolder.resetRequestAttributes();
		});
		assertThat(this.seen.get(1)).isSameAs(inner);
	}

	@Test
	void whereSpringKnowsOneNoneIsKept() throws Exception {
		ServletRequestAttributes known = new ServletRequestAttributes(this.request);
		RequestContextHolder.setRequestAttributes(known);
		serve(this.request, (request, response) -> {
			assertThat(ServedRequests.outermost()).isSameAs(known);
			RequestContextHolder.resetRequestAttributes();
			look();
		});
		assertThat(this.seen).containsExactly((ServletRequestAttributes) null);
	}

	@Test
	void anErrorPageWithinARequestIsTheSameRequest() throws Exception {
		MockHttpServletRequest page = new MockHttpServletRequest("GET", "/error");
		page.setDispatcherType(DispatcherType.ERROR);
		serve(this.request, (request, response) -> {
			serve(page, (inner, answer) -> look());
			look();
		});
		assertThat(this.seen).extracting(ServletRequestAttributes::getRequest)
			.containsExactly(this.request, this.request);
	}

	@Test
	void theThreadThatAnswersLaterKnowsTheRequestAnew() throws Exception {
		serve(this.request, (request, response) -> look());
		this.request.setDispatcherType(DispatcherType.ASYNC);
		serve(this.request, (request, response) -> look());
		assertThat(this.seen).doesNotHaveDuplicates()
			.extracting(ServletRequestAttributes::getRequest)
			.containsExactly(this.request, this.request);
	}

	@Test
	void itComesBeforeSpringSecurityWhereverThatIs() {
		assertThat(ServedRequestFilter.order(new MockEnvironment())).isBetween(-105, -101);
		assertThat(order("-50")).isBetween(-105, -101);
		assertThat(order("-2000")).isLessThan(-2000);
		assertThat(order("" + Integer.MIN_VALUE)).isEqualTo(Integer.MIN_VALUE);
	}

	private static int order(String ofSecurity) {
		return ServedRequestFilter
			.order(new MockEnvironment().withProperty("spring.security.filter.order", ofSecurity));
	}

}
