package io.auditspring;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * How the packages may know each other.
 */
@AnalyzeClasses(packages = "io.auditspring", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	@ArchTest
	static final ArchRule packagesFormNoCycle = slices().matching("io.auditspring.(*)..").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule theApiKnowsNothingElseOfOurs = noClasses().that()
		.resideInAPackage("io.auditspring")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.auditspring.*..");

	@ArchTest
	static final ArchRule nothingKnowsTheAutoConfiguration = noClasses().that()
		.resideOutsideOfPackage("io.auditspring.autoconfigure")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.auditspring.autoconfigure");

	@ArchTest
	static final ArchRule theLedgerKnowsOnlyTheApi = noClasses().that()
		.resideInAPackage("io.auditspring.ledger")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.auditspring.capture", "io.auditspring.delivery", "io.auditspring.intercept",
				"io.auditspring.query", "org.springframework.boot..", "org.hibernate..");

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

}
