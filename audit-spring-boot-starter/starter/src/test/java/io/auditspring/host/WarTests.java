package io.auditspring.host;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.PurchaseOrderRepository;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.startup.Tomcat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * The same application twice in a Tomcat that it does not start itself.
 */
class WarTests {

	private final DataSource database = TestDatabase.newDatabase();

	@Test
	void twoInOneContainerBothLeaveEntries(@TempDir Path directory) throws Exception {
		Tomcat tomcat = new Tomcat();
		tomcat.setBaseDir(directory.toString());
		tomcat.setPort(0);
		tomcat.getConnector();
		List<Context> applications = List.of(deploy(tomcat, "/blue"), deploy(tomcat, "/green"));
		try {
			tomcat.start();
			assertThat(applications).extracting(Context::getState).containsOnly(LifecycleState.STARTED);
			int port = tomcat.getConnector().getLocalPort();
			assertThat(get(port, "/blue/hello")).isEqualTo("200 hello");
			tomcat.getHost().removeChild(applications.get(0));
			assertThat(get(port, "/green/hello")).isEqualTo("200 hello");
			assertThat(get(port, "/green/audit/api/entries")).startsWith("401 ");
		}
		finally {
			tomcat.stop();
			tomcat.destroy();
		}
		List<Map<String, Object>> entries = new AuditLog(this.database).await(2);
		assertThat(entries).extracting("action", "outcome", "service")
			.containsOnly(tuple("say.hello", "success", "war"));
		Awaitility.await().untilAsserted(() -> {
			Set<Thread> threads = Thread.getAllStackTraces().keySet();
			assertThat(threads).filteredOn((thread) -> thread.getName().startsWith("audit-")).isEmpty();
		});
	}

	private Context deploy(Tomcat tomcat, String path) {
		Context application = tomcat.addContext(path, null);
		String url = ((PGSimpleDataSource) this.database).getURL();
		application.addServletContainerInitializer((classes, servlets) -> new War(url).onStartup(servlets), null);
		return application;
	}

	private static String get(int port, String path) throws Exception {
		HttpResponse<String> answer = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
					HttpResponse.BodyHandlers.ofString());
		return answer.statusCode() + " " + answer.body();
	}

	private static final class War extends SpringBootServletInitializer {

		private final String url;

		War(String url) {
			this.url = url;
		}

		@Override
		public void onStartup(ServletContext servlets) throws ServletException {
			setRegisterErrorPageFilter(true);
			super.onStartup(servlets);
		}

		@Override
		protected SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
			return builder.sources(Greeting.class)
				.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false", "spring.application.name=war",
						"spring.jpa.hibernate.ddl-auto=update", "spring.datasource.username=postgres",
						"spring.datasource.url=" + this.url, "spring.jmx.enabled=true", "spring.jmx.unique-names=true",
						"audit.web.enabled=true", "management.endpoints.jmx.exposure.include=*");
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EntityScan(basePackageClasses = PurchaseOrderRepository.class)
	static class Greeting {

		@Bean
		Desk desk() {
			return new Desk();
		}

		@Bean
		SecurityFilterChain open(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll()).build();
		}

	}

	@RestController
	static class Desk {

		@GetMapping("/hello")
		@Audited("say.hello")
		public String hello() {
			return "hello";
		}

	}

}
