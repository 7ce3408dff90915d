package io.auditspring.capture.enhanced;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

import org.hibernate.bytecode.enhance.spi.DefaultEnhancementContext;
import org.hibernate.bytecode.enhance.spi.Enhancer;
import org.hibernate.bytecode.enhance.spi.UnloadedClass;
import org.hibernate.bytecode.enhance.spi.UnloadedField;
import org.hibernate.bytecode.internal.bytebuddy.BytecodeProviderImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Entities whose classes Hibernate has enhanced, as its build plugins do: their
 * attributes may be lazy, and what they refer to is no proxy but an entity without a
 * state.
 */
class EnhancedEntitiesTests {

	@Test
	@SuppressWarnings("unchecked")
	void whatIsNotLoadedIsLeftOutAndStaysUnloaded() throws ReflectiveOperationException {
		Thread thread = Thread.currentThread();
		ClassLoader own = thread.getContextClassLoader();
		thread.setContextClassLoader(new EnhancingClassLoader(EnhancedEntitiesTests.class.getClassLoader()));
		try {
			Class<?> story = thread.getContextClassLoader().loadClass(Papers.class.getName());
			assertThat(story).isNotSameAs(Papers.class);
			assertThat(((Supplier<String>) story.getDeclaredConstructor().newInstance()).get()).isEqualTo("told");
		}
		finally {
			thread.setContextClassLoader(own);
		}
	}

	/**
	 * Has classes of its own of those that are enhanced, and of those that use them.
	 */
	private static final class EnhancingClassLoader extends ClassLoader {

		private final Enhancer enhancer = new BytecodeProviderImpl().getEnhancer(new DefaultEnhancementContext() {

			@Override
			public ClassLoader getLoadingClassLoader() {
				return EnhancingClassLoader.this.getParent();
			}

			@Override
			public boolean hasLazyLoadableAttributes(UnloadedClass type) {
				return true;
			}

			@Override
			public boolean isLazyLoadable(UnloadedField field) {
				return true;
			}

			@Override
			public boolean doDirtyCheckingInline() {
				return true;
			}

			@Override
			public boolean doBiDirectionalAssociationManagement(UnloadedField field) {
				return true;
			}

		});

		EnhancingClassLoader(ClassLoader parent) {
			super(parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			synchronized (getClassLoadingLock(name)) {
				Class<?> known = findLoadedClass(name);
				if (known != null) {
					return known;
				}
				byte[] bytes = name.startsWith(Papers.class.getName()) ? enhanced(name) : null;
				return (bytes != null) ? defineClass(name, bytes, 0, bytes.length) : super.loadClass(name, resolve);
			}
		}

		private byte @Nullable [] enhanced(String name) {
			try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] plain = (in != null) ? in.readAllBytes() : null;
				byte[] enhanced = (plain != null) ? this.enhancer.enhance(name, plain) : null;
				return (enhanced != null) ? enhanced : plain;
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
