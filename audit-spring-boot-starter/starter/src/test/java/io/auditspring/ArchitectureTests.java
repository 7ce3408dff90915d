package io.auditspring;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * How the packages may know each other.
 */
@AnalyzeClasses(packages = "io.auditspring",
		importOptions = { ImportOption.DoNotIncludeTests.class, ArchitectureTests.WithoutFixtures.class })
class ArchitectureTests {

	private static final int MOST_FILES = 30;

	/** Beside the API: what the page, other stages or users of a stage need by name. */
	private static final Set<String> OPEN = Set.of("io.auditspring.cli.AuditCommand",
			"io.auditspring.cli.FurtherCommand", "io.auditspring.web.AuthorityAccessPolicy",
			"io.auditspring.web.AuditApi", "io.auditspring.web.ProblemDetails", "io.auditspring.web.Readers",
			"io.auditspring.web.SecurityHeaders", "io.auditspring.actuate.AuditEndpoint",
			"io.auditspring.actuate.HistoryEndpoint", "io.auditspring.actuate.LedgerHealthIndicator");

	private static final String[] API = { "io.auditspring", "io.auditspring.query", "io.auditspring.signing",
			"io.auditspring.retention", "io.auditspring.delivery", "io.auditspring.history", "io.auditspring.ledger",
			"io.auditspring.ledger.verify", "io.auditspring.ledger.checkpoint", "io.auditspring.ledger.merkle" };

	@ArchTest
	static final ArchRule packagesFormNoCycle = slices().matching("io.auditspring.(**)").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule stagesFormNoCycle = slices().matching("io.auditspring.(*)..").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule stagesKnowThoseBeforeThem = layeredArchitecture().consideringOnlyDependenciesInLayers()
		.layer("api")
		.definedBy("io.auditspring")
		.layer("ledger")
		.definedBy("io.auditspring.ledger..")
		.layer("cli")
		.definedBy("io.auditspring.cli")
		.layer("capture")
		.definedBy("io.auditspring.capture..")
		.layer("database")
		.definedBy("io.auditspring.database..")
		.layer("delivery")
		.definedBy("io.auditspring.delivery..")
		.layer("intercept")
		.definedBy("io.auditspring.intercept..")
		.layer("signing")
		.definedBy("io.auditspring.signing..")
		.layer("retention")
		.definedBy("io.auditspring.retention..")
		.layer("alert")
		.definedBy("io.auditspring.alert..")
		.layer("receive")
		.definedBy("io.auditspring.receive..")
		.layer("query")
		.definedBy("io.auditspring.query..")
		.layer("history")
		.definedBy("io.auditspring.history..")
		.layer("web")
		.definedBy("io.auditspring.web..")
		.layer("security")
		.definedBy("io.auditspring.security..")
		.layer("approval")
		.definedBy("io.auditspring.approval..")
		.layer("ai")
		.definedBy("io.auditspring.ai..")
		.layer("actuate")
		.definedBy("io.auditspring.actuate..")
		.layer("autoconfigure")
		.definedBy("io.auditspring.autoconfigure..")
		.whereLayer("api")
		.mayNotAccessAnyLayer()
		.whereLayer("ledger")
		.mayOnlyAccessLayers("api")
		.whereLayer("cli")
		.mayOnlyAccessLayers("api", "ledger")
		.whereLayer("capture")
		.mayOnlyAccessLayers("api", "ledger")
		.whereLayer("database")
		.mayOnlyAccessLayers("api", "ledger", "capture")
		.whereLayer("delivery")
		.mayOnlyAccessLayers("api", "ledger", "capture", "database")
		.whereLayer("intercept")
		.mayOnlyAccessLayers("api", "ledger", "capture", "delivery")
		.whereLayer("signing")
		.mayOnlyAccessLayers("api", "ledger", "capture", "database")
		.whereLayer("retention")
		.mayOnlyAccessLayers("api", "ledger", "capture", "database", "signing")
		.whereLayer("alert")
		.mayOnlyAccessLayers("api", "ledger", "database", "signing")
		.whereLayer("receive")
		.mayOnlyAccessLayers("api", "ledger", "capture", "database")
		.whereLayer("query")
		.mayOnlyAccessLayers("api", "ledger", "capture", "database", "intercept", "signing", "retention")
		.whereLayer("history")
		.mayOnlyAccessLayers("api", "capture", "database", "query")
		.whereLayer("web")
		.mayOnlyAccessLayers("api", "ledger", "capture", "database", "signing", "query")
		.whereLayer("security")
		.mayOnlyAccessLayers("api", "ledger", "capture", "database", "delivery", "intercept")
		.whereLayer("approval")
		.mayOnlyAccessLayers("api", "ledger", "capture", "database", "delivery", "intercept")
		.whereLayer("ai")
		.mayOnlyAccessLayers("api", "ledger", "capture", "database", "delivery", "intercept", "query")
		.whereLayer("autoconfigure")
		.mayNotBeAccessedByAnyLayer();

	/** An aspect of an application over all of these must not make a proxy of ours. */
	@ArchTest
	static final ArchRule whatAspectsLookForIsLeftAloneByThem = classes()
		.that(DescribedPredicate.describe("have annotations that aspects look for", ArchitectureTests::isLookedFor))
		.should()
		.beAssignableTo(AopInfrastructureBean.class);

	private static boolean isLookedFor(JavaClass type) {
		return Stream
			.concat(type.getAnnotations().stream(),
					type.getMethods().stream().flatMap((method) -> method.getAnnotations().stream()))
			.map((annotation) -> annotation.getRawType().getName())
			.anyMatch((name) -> name.startsWith("org.springframework.web.bind.annotation.")
					|| name.startsWith("org.springframework.stereotype.")
					|| name.startsWith("org.springframework.boot.actuate.endpoint.annotation.")
					|| name.startsWith("org.springframework.scheduling.annotation.")
					|| name.startsWith("org.springframework.transaction.annotation.")
					|| name.equals("org.springframework.context.event.EventListener"));
	}

	@ArchTest
	static final ArchRule whatIsPublicIsApiOrSaysThatItIsNot = classes().that()
		.areTopLevelClasses()
		.and()
		.arePublic()
		.and()
		.resideOutsideOfPackages(API)
		.and()
		.resideOutsideOfPackage("..internal..")
		.should(new ArchCondition<>("wire a stage, or be named here") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				boolean wires = type.getSimpleName().endsWith("Configuration")
						|| type.isAnnotatedWith(ConfigurationProperties.class);
				events.add(new SimpleConditionEvent(type, wires || OPEN.contains(type.getName()),
						type.getName() + " is public"));
			}

		});

	@ArchTest
	static final ArchRule internalTypesOfHibernateAreForTwoPackages = noClasses().that()
		.resideOutsideOfPackages("io.auditspring.capture.internal.mapping", "io.auditspring.capture.internal.state")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.hibernate..internal..");

	@ArchTest
	static void packagesAreSmall(JavaClasses types) {
		types.stream()
			// What users import stands in one package, however much that is.
			.filter((type) -> type.isTopLevelClass() && !type.getPackageName().equals("io.auditspring"))
			.collect(Collectors.groupingBy(JavaClass::getPackageName))
			.forEach((room, all) -> assertThat(all).as(room).hasSizeLessThanOrEqualTo(MOST_FILES));
	}

	@ArchTest
	static final ArchRule autoConfigurationsAreFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL);

	@ArchTest
	static final ArchRule beanMethodsAreNotPublic = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.notBePublic();

	// The one that is left says that there is no stage to make any.
	@ArchTest
	static final ArchRule stagesMakeTheirOwnBeans = noMethods().that()
		.areAnnotatedWith(Bean.class)
		.and()
		.doNotHaveName("auditMissingDataSourceCheck")
		.should()
		.beDeclaredInClassesThat()
		.areAnnotatedWith(AutoConfiguration.class);

	@ArchTest
	static final ArchRule everyPackageIsNullMarked = classes().that()
		.haveSimpleName("package-info")
		.should()
		.beAnnotatedWith(NullMarked.class);

	@ArchTest
	static final ArchRule nothingPrints = noClasses().should()
		.accessField(System.class, "out")
		.orShould()
		.accessField(System.class, "err");

	/**
	 * Leaves out what is made for tests alone.
	 */
	static final class WithoutFixtures implements ImportOption {

		@Override
		public boolean includes(Location location) {
			return !location.contains("fixtures");
		}

	}

}
