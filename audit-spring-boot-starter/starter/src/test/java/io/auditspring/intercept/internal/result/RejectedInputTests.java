package io.auditspring.intercept.internal.result;

import java.io.IOException;

import javax.sql.DataSource;

import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Outcome;
import io.auditspring.Sensitive;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditReactorAutoConfiguration;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.validation.BeanPropertyBindingResult;
import org.springframework.validation.BindingResult;
import org.springframework.web.ErrorResponse;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Methods that return and have not done what they are named for, as the handlers of forms
 * in the Spring PetClinic and those of requests in its REST version.
 */
class RejectedInputTests {

	private final DataSource database = TestDatabase.migrated();

	@Test
	void aFormThatIsShownAgainHasCreatedNothing() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> this.database)
			.withBean(OwnerController.class)
			.run((context) -> {
				OwnerController controller = context.getBean(OwnerController.class);
				assertThat(controller.create("Ann", form())).isEqualTo("redirect:/owners/1");
				BindingResult faulty = form();
				faulty.rejectValue("name", "NotBlank", "must not be blank");
				faulty.reject("duplicate");
				assertThat(controller.create("secret", faulty)).isEqualTo("form");
				assertThat(new AuditLog(this.database).await(2)).extracting("action", "outcome", "severity", "error")
					.containsExactly(tuple("owner.create", "success", "info", null), tuple("owner.create", "failure",
							"error", "Rejected input: name (NotBlank), owner (duplicate)"));
			});
	}

	@Test
	void whoIsAnsweredThatItIsNotThereHasDeletedNothing() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> this.database)
			.withBean(OwnerController.class)
			.run((context) -> {
				OwnerController controller = context.getBean(OwnerController.class);
				controller.delete(204);
				controller.delete(404);
				controller.delete(403);
				controller.problem(409);
				assertThat(new AuditLog(this.database).await(4)).extracting("action", "outcome", "error")
					.containsExactly(tuple("owner.delete", "success", null),
							tuple("owner.delete", "failure", "Answered 404 NOT_FOUND"),
							tuple("owner.delete", "denied", "Answered 403 FORBIDDEN"),
							tuple("owner.problem", "failure", "Answered 409 CONFLICT"));
			});
	}

	@Test
	void everyKindOfAnswerTellsItsStatus() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> this.database)
			.withBean(OwnerController.class)
			.run((context) -> {
				OwnerController controller = context.getBean(OwnerController.class);
				controller.any(ServerResponse.ok().build());
				controller.any(ServerResponse.notFound().build());
				controller.any(new ModelAndView("error", HttpStatus.FORBIDDEN));
				controller.any(new ModelAndView("owners"));
				controller.any(ErrorResponse.create(new IllegalStateException(), HttpStatus.CONFLICT, "taken"));
				// As one that was read from JSON without a status.
				controller.any(ProblemDetail.forStatus(0));
				assertThat(new AuditLog(this.database).await(6)).extracting("outcome", "error")
					.containsExactly(tuple("success", null), tuple("failure", "Answered 404 NOT_FOUND"),
							tuple("denied", "Answered 403 FORBIDDEN"), tuple("success", null),
							tuple("failure", "Answered 409 CONFLICT"), tuple("success", null));
			});
	}

	/** As handlers do that write a file. */
	@Test
	void anAnswerThatTheMethodIsGivenTellsItsStatusToo() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditReactorAutoConfiguration.class))
			.withBean(DataSource.class, () -> this.database)
			.withBean(OwnerController.class)
			.run((context) -> {
				OwnerController controller = context.getBean(OwnerController.class);
				controller.download(new MockHttpServletResponse(), 200);
				controller.download(new MockHttpServletResponse(), 403);
				controller.download(new HttpServletResponseWrapper(new MockHttpServletResponse()), 404);
				controller.write(new ServletWebRequest(new MockHttpServletRequest(), new MockHttpServletResponse()),
						401);
				controller.reactive(new MockServerHttpResponse(), 200).block();
				controller.reactive(new MockServerHttpResponse(), 409).block();
				assertThat(new AuditLog(this.database).await(6)).extracting("action", "outcome", "error")
					.containsExactly(tuple("owner.download", "success", null),
							tuple("owner.download", "denied", "Answered 403 FORBIDDEN"),
							tuple("owner.download", "failure", "Answered 404 NOT_FOUND"),
							tuple("owner.write", "denied", "Answered 401 UNAUTHORIZED"),
							tuple("owner.reactive", "success", null),
							tuple("owner.reactive", "failure", "Answered 409 CONFLICT"));
			});
	}

	@Test
	void anExchangeLeadsToItsAnswer() {
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/owners").build());
		assertThat(ToldFailure.of(null, new Object[] { exchange })).isNull();
		exchange.getResponse().setRawStatusCode(409);
		assertThat(ToldFailure.of(null, new Object[] { exchange }))
			.isEqualTo(new ToldFailure(Outcome.FAILURE, "Answered 409 CONFLICT"));
	}

	/** As results with a code of one's own have it. */
	@Test
	void aCallSaysItselfThatItFailed() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> this.database)
			.withBean(OwnerController.class)
			.run((context) -> {
				OwnerController controller = context.getBean(OwnerController.class);
				assertThat(controller.said(500)).isEqualTo(500);
				assertThat(controller.said(401)).isEqualTo(401);
				assertThat(controller.said(200)).isEqualTo(200);
				assertThatIllegalStateException().isThrownBy(() -> controller.said(-1));
				controller.enter("4711");
				assertThat(new AuditLog(this.database).await(5)).extracting("outcome", "severity", "error")
					.containsExactly(tuple("failure", "error", "No such owner"),
							tuple("denied", "warning", "Not yours"), tuple("success", "info", null),
							tuple("failure", "error", "IllegalStateException: negative"),
							tuple("failure", "error", "*** is wrong"));
			});
	}

	private static BindingResult form() {
		return new BeanPropertyBindingResult(new Owner("Ann"), "owner");
	}

	public record Owner(String name) {

		public String getName() {
			return this.name;
		}

	}

	static class OwnerController {

		@Audited(action = "owner.create", message = "Owner created")
		public String create(String name, BindingResult result) {
			return result.hasErrors() ? "form" : "redirect:/owners/1";
		}

		@Audited("owner.delete")
		public ResponseEntity<Void> delete(int status) {
			return ResponseEntity.status(status).build();
		}

		@Audited("owner.any")
		public Object any(Object answer) {
			return answer;
		}

		@Audited("owner.enter")
		public boolean enter(@Sensitive String pin) {
			AuditContext.current().failed(pin + " is wrong");
			return false;
		}

		@Audited("owner.said")
		public int said(int code) {
			if (code == 500) {
				AuditContext.current().failed("No such owner");
			}
			else if (code != 200) {
				AuditContext.current().denied("Not yours");
			}
			if (code < 0) {
				throw new IllegalStateException("negative");
			}
			return code;
		}

		@Audited("owner.download")
		public void download(HttpServletResponse response, int status) throws IOException {
			if (status >= 400) {
				response.sendError(status);
			}
		}

		@Audited("owner.write")
		public void write(NativeWebRequest request, int status) {
			request.getNativeResponse(HttpServletResponse.class).setStatus(status);
		}

		@Audited("owner.reactive")
		public Mono<Void> reactive(ServerHttpResponse response, int status) {
			return Mono.fromRunnable(() -> response.setRawStatusCode(status));
		}

		@Audited("owner.problem")
		public ProblemDetail problem(int status) {
			return ProblemDetail.forStatus(status);
		}

	}

}
