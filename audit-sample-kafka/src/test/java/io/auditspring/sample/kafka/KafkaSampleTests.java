package io.auditspring.sample.kafka;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample as its one command starts it.
 */
class KafkaSampleTests {

	@Test
	void theCentreShowsWhatBothServicesDid() throws Exception {
		try (KafkaSample sample = KafkaSample.run("--server.port=0")) {
			String base = "http://localhost:%s/audit/api/"
				.formatted(sample.centre().getEnvironment().getRequiredProperty("local.server.port"));
			for (String service : new String[] { "orders", "payments" }) {
				Awaitility.await()
					.atMost(Duration.ofMinutes(4))
					.ignoreExceptions()
					.untilAsserted(() -> assertThat(
							ask(base + "entries?service=" + service + "&action=request.serve").get("entries")
								.get(0)
								.get("message")
								.stringValue())
						.endsWith("was served"));
			}
			assertThat(ask(base + "verification").get("valid").booleanValue()).isTrue();
		}
	}

	private static JsonNode ask(String url) throws Exception {
		String credentials = Base64.getEncoder()
			.encodeToString("auditor:auditor-secret".getBytes(StandardCharsets.UTF_8));
		HttpRequest request = HttpRequest.newBuilder(URI.create(url))
			.header("Authorization", "Basic " + credentials)
			.build();
		return new JsonMapper()
			.readTree(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
	}

}
