package io.auditspring.intercept.internal.call;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditTarget;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where nobody knows what an argument is called, nobody knows that it is no secret.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnnamedArgumentsTests {

	private static final String WARNING = "have no names, which would tell what is secret";

	private final DataSource database = TestDatabase.migrated();

	private Map<String, Object> entryOf(Class<?> desk, String method, Object... arguments) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.delivery=sync", "audit.capture.arguments=true")
			.withBean(DataSource.class, () -> this.database)
			.withClassLoader(desk.getClassLoader())
			.withBean("desk", desk)
			.run((context) -> {
				try {
					desk.getMethod(method, String.class, String.class).invoke(context.getBean("desk"), arguments);
				}
				catch (InvocationTargetException ex) {
					assertThat(ex.getCause()).hasMessage("Not for jane: swordfish");
				}
			});
		List<Map<String, Object>> entries = new AuditLog(this.database).entries();
		assertThat(entries).hasSize(1);
		return entries.get(0);
	}

	@Test
	void noneIsShown(CapturedOutput output) throws Exception {
		assertThat(entryOf(unnamed(Desk.class), "reset", "jane", "swordfish")).containsEntry("metadata",
				"{\"arguments\": {\"p0\": \"***\", \"p1\": \"***\"}}");
		assertThat(output.getAll().lines().filter((line) -> line.contains(WARNING))).singleElement()
			.asString()
			.contains("[" + Desk.class.getName() + "]", "-parameters");
	}

	@Test
	void noFailureRepeatsOne() throws Exception {
		assertThat(entryOf(unnamed(Desk.class), "fail", "jane", "swordfish")).containsEntry("error",
				"IllegalStateException: Not for ***: ***");
	}

	@Test
	void whatIsShownOnPurposeIsShown() throws Exception {
		assertThat(entryOf(unnamed(Desk.class), "move", "door", "kitchen")).containsEntry("target_id", "door")
			.containsEntry("message", "to kitchen")
			.containsEntry("metadata", "{\"arguments\": {\"p0\": \"door\", \"p1\": \"***\"}}");
	}

	@Test
	void thoseWithNamesAreShown(CapturedOutput output) {
		assertThat(entryOf(Desk.class, "reset", "jane", "swordfish")).containsEntry("metadata",
				"{\"arguments\": {\"user\": \"jane\", \"newPassword\": \"***\"}}");
		assertThat(output.getAll()).doesNotContain(WARNING);
	}

	// As it is compiled without "-parameters".
	private static Class<?> unnamed(Class<?> type) throws IOException {
		ClassWriter written = new ClassWriter(0);
		try (InputStream named = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
			new ClassReader(named).accept(new ClassVisitor(SpringAsmInfo.ASM_VERSION, written) {

				// Its own loader makes it a stranger to the class that it is in.
				@Override
				public void visitInnerClass(String name, String outerName, String innerName, int access) {
				}

				@Override
				public void visitNestHost(String nestHost) {
				}

				@Override
				public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
						String[] exceptions) {
					return new MethodVisitor(SpringAsmInfo.ASM_VERSION,
							super.visitMethod(access, name, descriptor, signature, exceptions)) {

						@Override
						public void visitParameter(String name, int access) {
							// Left out.
						}

					};
				}

			}, 0);
		}
		byte[] compiled = written.toByteArray();
		return new ClassLoader(type.getClassLoader()) {

			Class<?> define() {
				return defineClass(type.getName(), compiled, 0, compiled.length);
			}

		}.define();
	}

	public static class Desk {

		@Audited
		public void reset(String user, String newPassword) {
		}

		@Audited
		public void fail(String user, String newPassword) {
			throw new IllegalStateException("Not for " + user + ": " + newPassword);
		}

		@Audited(message = "to #{#args[1]}")
		public void move(@AuditTarget("Door") String door, String room) {
		}

	}

}
