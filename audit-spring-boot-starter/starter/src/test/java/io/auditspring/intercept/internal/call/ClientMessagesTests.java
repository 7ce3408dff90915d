package io.auditspring.intercept.internal.call;

import java.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.simp.annotation.SubscribeMapping;
import org.springframework.messaging.simp.SimpMessageType;
import org.springframework.messaging.simp.config.AbstractMessageBrokerConfiguration;
import org.springframework.messaging.simp.config.ChannelRegistration;
import org.springframework.messaging.simp.user.SimpSubscription;
import org.springframework.messaging.simp.user.SimpSubscriptionMatcher;
import org.springframework.messaging.simp.user.SimpUser;
import org.springframework.messaging.simp.user.SimpUserRegistry;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.stereotype.Controller;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever sends a message over STOMP acts in what is done for it.
 */
class ClientMessagesTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static List<Object> actorsOf(SimpMessageType type, String destination, Principal user) {
		int earlier = log.settled();
		SimpMessageHeaderAccessor headers = SimpMessageHeaderAccessor.create(type);
		headers.setSessionId("1");
		headers.setSubscriptionId("1");
		headers.setSessionAttributes(new HashMap<>());
		headers.setDestination(destination);
		headers.setUser(user);
		context.getBean("clientInboundChannel", MessageChannel.class)
			.send(MessageBuilder.createMessage("some", headers.getMessageHeaders()));
		log.await(earlier + 1);
		return log.entriesAfter(earlier)
			.stream()
			.<Object>map((entry) -> entry.get("actor_type") + " " + entry.get("actor_id"))
			.toList();
	}

	private static List<Object> actorsOf(String destination, Principal user) {
		return actorsOf(SimpMessageType.MESSAGE, destination, user);
	}

	@Test
	void theUserOfTheSessionActs() {
		assertThat(actorsOf("/cancel", () -> "jane")).containsExactly("user jane");
		assertThat(actorsOf("/work", () -> "jane")).containsExactly("user jane");
		assertThat(actorsOf(SimpMessageType.SUBSCRIBE, "/orders", () -> "jane")).containsExactly("user jane");
		assertThat(actorsOf("/work", UsernamePasswordAuthenticationToken.authenticated("joan", null, List.of())))
			.containsExactly("user joan");
	}

	@Test
	void whoeverHasNotSignedInIsAnonymous() {
		assertThat(actorsOf("/cancel", null)).containsExactly("anonymous anonymous");
		assertThat(
				actorsOf("/work",
						new AnonymousAuthenticationToken("key", "anonymousUser",
								AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"))))
			.containsExactly("anonymous anonymous");
	}

	@Test
	void whoeverIsSaidToActTakesPrecedence() {
		assertThat(actorsOf("/kim", () -> "jane")).containsExactly("user kim");
	}

	@Test
	void theThreadIsNobodysAfterwardsThoughAMessageFails() {
		assertThat(actorsOf("/broken", () -> "jane")).containsExactly("user jane");
		int earlier = log.settled();
		context.getBean(Work.class).run("after");
		log.await(earlier + 1);
		assertThat(log.entriesAfter(earlier)).extracting("actor_type").containsExactly("system");
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ ShopConfiguration.class, Broker.class, Orders.class })
	static class Host {

		@Bean
		Work work() {
			return new Work();
		}

	}

	/**
	 * What an application with STOMP over WebSocket has, but for the sockets.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Broker extends AbstractMessageBrokerConfiguration {

		@Override
		protected void configureClientInboundChannel(ChannelRegistration registration) {
			registration.executor(Runnable::run);
		}

		@Override
		protected SimpUserRegistry createLocalUserRegistry(Integer order) {
			return new SimpUserRegistry() {

				@Override
				public SimpUser getUser(String userName) {
					return null;
				}

				@Override
				public Set<SimpUser> getUsers() {
					return Set.of();
				}

				@Override
				public int getUserCount() {
					return 0;
				}

				@Override
				public Set<SimpSubscription> findSubscriptions(SimpSubscriptionMatcher matcher) {
					return Set.of();
				}

			};
		}

	}

	@Controller
	static class Orders {

		private final Work work;

		Orders(Work work) {
			this.work = work;
		}

		@Audited
		@MessageMapping("/cancel")
		public void cancel(@Payload String order) {
		}

		@MessageMapping("/work")
		public void work(@Payload String order) {
			this.work.run(order);
		}

		@MessageMapping("/kim")
		public void forKim() throws Exception {
			AuditContext.runAs(Actor.user("kim"), () -> {
				this.work.run("for kim");
				return null;
			});
		}

		@MessageMapping("/broken")
		public void fail(@Payload String order) {
			this.work.run(order);
			throw new IllegalStateException("broken");
		}

		@SubscribeMapping("/orders")
		public String all() {
			this.work.run("all");
			return "all";
		}

	}

	static class Work {

		@Audited(action = "work", message = "#{#what}")
		public void run(String what) {
		}

	}

}
