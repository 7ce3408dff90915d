package io.auditspring.sample.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard for Grafana and the alerts for Prometheus ask for meters that the
 * application has.
 */
@BackOfficeTest
class MonitoringTests {

	private static final Path DIRECTORY = Path.of("..", "audit-spring-boot-starter", "monitoring");

	private static final Pattern METER = Pattern.compile("\\b(audit_[a-z_]+)");

	private static final Pattern LABEL = Pattern.compile("by \\(([a-z]+)\\)|\\b(reason|mode|worker)!?=");

	@Autowired
	private BackOffice backOffice;

	@Test
	void thePanelsOfTheDashboardAskForMetersThatExist() throws IOException {
		JsonNode dashboard = JsonMapper.shared()
			.readTree(Files.readString(DIRECTORY.resolve("grafana-dashboard.json")));
		List<String> expressions = dashboard.path("panels")
			.valueStream()
			.flatMap((panel) -> panel.path("targets").valueStream())
			.map((target) -> target.path("expr").stringValue())
			.toList();
		assertThat(expressions).hasSizeGreaterThan(20);
		assertKnown(expressions);
		assertThat(meters(expressions)).as("every meter is shown").containsAll(scraped());
	}

	@Test
	void theDashboardIsOneThatGrafanaImports() throws IOException {
		JsonNode dashboard = JsonMapper.shared()
			.readTree(Files.readString(DIRECTORY.resolve("grafana-dashboard.json")));
		assertThat(dashboard.path("schemaVersion").intValue()).isGreaterThanOrEqualTo(39);
		assertThat(dashboard.path("uid").stringValue()).isEqualTo("audit-trail");
		List<JsonNode> panels = dashboard.path("panels").valueStream().toList();
		assertThat(panels).extracting((panel) -> panel.path("id").intValue()).doesNotHaveDuplicates();
		assertThat(panels).allSatisfy((panel) -> {
			JsonNode place = panel.path("gridPos");
			assertThat(place.path("x").intValue() + place.path("w").intValue()).isLessThanOrEqualTo(24);
			assertThat(panel.path("title").stringValue()).isNotBlank();
			if (!panel.path("type").stringValue().equals("row")) {
				assertThat(panel.path("description").stringValue()).isNotBlank();
				assertThat(panel.at("/datasource/uid").stringValue()).isEqualTo("${datasource}");
			}
		});
	}

	@Test
	void everyAlertAsksForMetersThatExistAndSaysWhatToDo() throws IOException {
		JsonNode rules = JsonMapper.shared()
			.valueToTree(new Yaml().load(Files.readString(DIRECTORY.resolve("prometheus-alerts.yaml"))))
			.at("/groups/0/rules");
		assertKnown(rules.valueStream().map((rule) -> rule.path("expr").stringValue()).toList());
		assertThat(rules.valueStream()).allSatisfy((rule) -> {
			assertThat(rule.path("alert").stringValue()).startsWith("Audit");
			assertThat(rule.at("/labels/severity").stringValue()).isIn("critical", "warning");
			assertThat(rule.at("/annotations/summary").stringValue()).isNotBlank();
			assertThat(rule.at("/annotations/description").stringValue()).hasSizeGreaterThan(60);
		});
	}

	private void assertKnown(List<String> expressions) {
		String scrape = scrape();
		Set<String> known = METER.matcher(scrape).results().map(MatchResult::group).collect(Collectors.toSet());
		assertThat(known).containsAll(meters(expressions));
		List<String> labels = expressions.stream()
			.flatMap((expression) -> LABEL.matcher(expression).results())
			.map((match) -> (match.group(1) != null) ? match.group(1) : match.group(2))
			// Prometheus adds these
			.filter(Predicate.not(Set.of("job", "instance")::contains))
			.toList();
		assertThat(labels).isNotEmpty().allSatisfy((label) -> assertThat(scrape).contains(label + "=\""));
	}

	private static Set<String> meters(List<String> expressions) {
		return expressions.stream()
			.flatMap((expression) -> METER.matcher(expression).results())
			.map(MatchResult::group)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private Set<String> scraped() {
		Stream<String> lines = scrape().lines();
		return lines.filter((line) -> line.startsWith("audit_"))
			.map((line) -> line.split("[ {]", 2)[0])
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private String scrape() {
		return new String(this.backOffice.anonymous()
			.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.returnResult()
			.getResponseBodyContent());
	}

}
