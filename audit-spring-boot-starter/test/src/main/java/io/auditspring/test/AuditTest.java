/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * Lets a test see what is recorded while it runs. Put it on a test class beside
 * {@code @SpringBootTest}, {@code @DataJpaTest}, {@code @JdbcTest} or
 * {@code @WebMvcTest}, where it also switches auditing on, and inject
 * {@link RecordedEntries}. A slice of a database needs
 * {@code @AutoConfigureTestDatabase(replace = Replace.NONE)} to run on PostgreSQL.
 * <p>
 * On an embedded database, such as H2, and without any, nothing is stored: the entries
 * are kept in memory, as they would have come into the ledger. Nothing else than
 * {@link RecordedEntries} shows them there.
 * <p>
 * A test sees the entries since its own beginning, {@code @BeforeEach} methods included.
 * Tests that run at the same time on the same database see each other's.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(BeginningExtension.class)
@ImportAutoConfiguration
@Import(AuditTestConfiguration.class)
public @interface AuditTest {

}
