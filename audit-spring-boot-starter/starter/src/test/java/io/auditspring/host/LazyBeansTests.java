package io.auditspring.host;

import java.lang.reflect.Modifier;
import java.nio.file.Path;

import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.delivery.Recorders;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.scaffold.InstrumentedType;
import net.bytebuddy.implementation.StubMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A bean that nobody needs yet has a method with an optional library that is not there.
 */
class LazyBeansTests {

	private static ApplicationContextRunner withExport(ApplicationContextRunner runner) {
		Class<?> type = new ByteBuddy().subclass(Object.class)
			.name("org.example.Export")
			.defineMethod("write", void.class, Visibility.PUBLIC)
			.withParameters(InstrumentedType.Default.of("org.absent.Workbook",
					TypeDescription.ForLoadedType.of(Object.class).asGenericType(), Modifier.PUBLIC))
			.intercept(StubMethod.INSTANCE)
			.make()
			.load(LazyBeansTests.class.getClassLoader())
			.getLoaded();
		RootBeanDefinition definition = new RootBeanDefinition(type);
		definition.setLazyInit(true);
		return runner.withInitializer(
				(context) -> ((GenericApplicationContext) context).registerBeanDefinition("export", definition));
	}

	@Test
	void itIsNoObstacle(@TempDir Path directory) {
		withExport(Recorders.runner(TestDatabase.migrated(), directory.resolve("spool")))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void itIsNoObstacleWithoutADataSource() {
		withExport(
				new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class)))
			.run((context) -> assertThat(context).hasNotFailed());
	}

}
