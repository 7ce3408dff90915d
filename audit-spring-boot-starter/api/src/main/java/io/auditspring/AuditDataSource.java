/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Marks the {@link javax.sql.DataSource} bean of the database that holds the ledger,
 * where that is not the database of the business data. Business transactions still stage
 * their entries beside the business data, in a table {@code audit_outbox} that is created
 * there, so nothing is promised less; from there they are moved exactly once. The same
 * goes for each database of a data source that routes between several.
 * <p>
 * Declare the bean with {@code @Bean(defaultCandidate = false)}, so that nothing else is
 * given it by accident.
 * <p>
 * It may be the only data source, where the business data is not reached by JDBC.
 *
 * @since 0.1.0
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Qualifier
public @interface AuditDataSource {

}
