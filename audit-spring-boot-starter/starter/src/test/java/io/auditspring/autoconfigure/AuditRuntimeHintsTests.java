package io.auditspring.autoconfigure;

import java.io.IOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.Audited;
import io.auditspring.query.AuditEntry;
import io.auditspring.web.AuditApi;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.annotation.JsonSerialize;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.proxies;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.resource;

/**
 * What a native image is told. There is none here to start.
 */
class AuditRuntimeHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	@BeforeEach
	void register() {
		new AuditRuntimeHints().registerHints(this.hints, getClass().getClassLoader());
	}

	@Test
	void everyFileThatIsReadIsThere() throws IOException {
		assertThat(files("db/**/*.sql")).hasSizeGreaterThan(5)
			.allSatisfy((file) -> assertThat(resource().forResource(file)).accepts(this.hints));
		assertThat(files("web/**/*.*")).filteredOn((file) -> !file.endsWith(".class"))
			.anyMatch((file) -> file.endsWith("index.html"))
			.anyMatch((file) -> file.endsWith("app.js"))
			.allSatisfy((file) -> assertThat(resource().forResource(file)).accepts(this.hints));
	}

	private static String[] files(String pattern) throws IOException {
		return Arrays
			.stream(new PathMatchingResourcePatternResolver().getResources("classpath*:io/auditspring/" + pattern))
			.map(AuditRuntimeHintsTests::path)
			.filter((file) -> !file.contains("test-classes"))
			.map((file) -> file.substring(file.lastIndexOf("io/auditspring/")))
			.toArray(String[]::new);
	}

	private static String path(Resource file) {
		try {
			return file.getURL().getPath();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void everyEntityIsMadeAndFilled() {
		assertThat(types(Entity.class)).containsExactly(AuditEntry.class)
			.allSatisfy((entity) -> assertThat(entity.getDeclaredFields()).allSatisfy((field) -> {
				assertThat(reflection().onFieldAccess(field)).accepts(this.hints);
				Convert convert = field.getAnnotation(Convert.class);
				if (convert != null) {
					assertThat(reflection().onConstructorInvocation(convert.converter().getDeclaredConstructor()))
						.accepts(this.hints);
				}
			}))
			.allSatisfy((entity) -> assertThat(reflection().onConstructorInvocation(entity.getDeclaredConstructor()))
				.accepts(this.hints));
		assertThat(scan(new AssignableTypeFilter(AttributeConverter.class)))
			.allSatisfy((converter) -> assertThat(reflection().onType(converter)).accepts(this.hints));
	}

	@Test
	void everySerializerThatAnAnnotationNamesIsMade() {
		assertThat(types(JsonSerialize.class)).isNotEmpty().allSatisfy((type) -> {
			JsonSerialize annotation = Objects
				.requireNonNull(AnnotationUtils.findAnnotation(type, JsonSerialize.class));
			assertThat(reflection().onConstructorInvocation(annotation.using().getDeclaredConstructor()))
				.accepts(this.hints);
		});
	}

	private static Object place(Class<?> type) {
		return type.getProtectionDomain().getCodeSource().getLocation();
	}

	private static Class<?>[] types(Class<? extends java.lang.annotation.Annotation> annotation) {
		return scan(new AnnotationTypeFilter(annotation, false));
	}

	private static Class<?>[] scan(org.springframework.core.type.filter.TypeFilter filter) {
		ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
		scanner.addIncludeFilter(filter);
		return scanner.findCandidateComponents("io.auditspring.query")
			.stream()
			.map((candidate) -> ClassUtils.resolveClassName(Objects.requireNonNull(candidate.getBeanClassName()), null))
			.filter((type) -> place(type).equals(place(AuditEntry.class)))
			.toArray(Class<?>[]::new);
	}

	@Test
	void annotationsAndWhatExpressionsSeeOfOursAreRead() throws NoSuchMethodException {
		assertThat(reflection().onMethodInvocation(Audited.class.getMethod("targetId"))).accepts(this.hints);
		assertThat(reflection().onMethodInvocation(Actor.class.getMethod("name"))).accepts(this.hints);
	}

	private static List<Predicate<RuntimeHints>> written(Class<?> type) {
		return type.isRecord()
				? Stream.of(type.getRecordComponents())
					.map((component) -> (Predicate<RuntimeHints>) reflection()
						.onMethodInvocation(component.getAccessor()))
					.toList()
				: Stream.of(type.getDeclaredFields())
					.map((field) -> (Predicate<RuntimeHints>) reflection().onFieldAccess(field))
					.toList();
	}

	// The controllers write what they answer themselves, so that Spring sees only bytes.
	@Test
	void everyRecordThatIsAnsweredIsRead() {
		new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(this.hints, AuditApi.class,
				ClassUtils.resolveClassName("io.auditspring.web.LedgerApi", null));
		assertThat(Stream
			.of("web.Page", "web.Statistics", "web.Verifications$Progress", "ledger.verify.Verification",
					"ledger.verify.ChainVerification", "ledger.Problem")
			.map((name) -> ClassUtils.resolveClassName("io.auditspring." + name, null)))
			.allSatisfy((type) -> assertThat(written(type)).isNotEmpty()
				.allSatisfy((part) -> assertThat(part).accepts(this.hints)));
	}

	@Test
	void whatIsAskedForByItsNameIsFound() {
		assertThat(reflection().onType(tools.jackson.dataformat.csv.CsvMapper.class)).accepts(this.hints);
		assertThat(reflection().onType(org.springframework.security.web.csrf.CsrfToken.class)).accepts(this.hints);
	}

	@Test
	void proxiesOfInterfacesAreMade() {
		assertThat(proxies().forInterfaces(Connection.class)).accepts(this.hints);
		assertThat(proxies().forInterfaces(PreparedStatement.class)).accepts(this.hints);
		assertThat(proxies().forInterfaces(Array.class)).accepts(this.hints);
		assertThat(proxies().forInterfaces(EntityManager.class)).accepts(this.hints);
	}

}
