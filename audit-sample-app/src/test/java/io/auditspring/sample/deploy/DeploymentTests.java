package io.auditspring.sample.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import io.auditspring.sample.BackOffice;
import io.auditspring.sample.BackOfficeTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the files for systemd, Docker and Kubernetes name is there.
 */
@BackOfficeTest
class DeploymentTests {

	private static final Pattern SETTING = Pattern.compile("\\b(AUDIT_[A-Z_]+)");

	@Autowired
	private BackOffice backOffice;

	@ParameterizedTest
	@ValueSource(strings = { "Dockerfile", "deploy/back-office.service", "deploy/kubernetes.yaml" })
	void everySettingIsAProperty(String file) throws IOException {
		Set<String> used = new TreeSet<>();
		Matcher matcher = SETTING.matcher(Files.readString(Path.of(file)));
		while (matcher.find()) {
			used.add(matcher.group(1));
		}
		assertThat(used).isNotEmpty();
		assertThat(variables()).containsAll(used);
	}

	@Test
	void everyProbeAnswersWithoutPassword() throws IOException {
		List<Object> documents = StreamSupport
			.stream(new Yaml().loadAll(Files.readString(Path.of("deploy/kubernetes.yaml"))).spliterator(), false)
			.toList();
		JsonNode container = JsonMapper.shared().valueToTree(documents.get(0)).at("/spec/template/spec/containers/0");
		for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
			String path = container.at("/" + probe + "/httpGet/path").stringValue();
			this.backOffice.anonymous().get().uri(path).exchange().expectStatus().isOk();
		}
		assertThat(documents).map((document) -> ((Map<?, ?>) document).get("kind").toString())
			.containsExactly("StatefulSet", "Service");
	}

	private static Set<String> variables() throws IOException {
		Set<String> names = new TreeSet<>();
		for (Resource metadata : new PathMatchingResourcePatternResolver()
			.getResources("classpath*:META-INF/spring-configuration-metadata.json")) {
			JsonNode properties = JsonMapper.shared().readTree(metadata.getContentAsByteArray()).path("properties");
			properties.valueStream().map((property) -> property.path("name").stringValue()).forEach(names::add);
		}
		return names.stream()
			.map((name) -> name.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT))
			.collect(Collectors.toSet());
	}

}
