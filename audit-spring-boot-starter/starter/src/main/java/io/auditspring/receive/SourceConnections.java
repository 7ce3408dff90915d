/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditSetupException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.util.ClassUtils;

/**
 * Connections to the databases of sources: those of beans, and small pools that are
 * opened when they are needed first, so that a source which is away stops no start.
 */
final class SourceConnections implements DisposableBean {

	private static final boolean HIKARI_PRESENT = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource",
			SourceConnections.class.getClassLoader());

	/** The answer of a source that hangs is not waited for longer; a URL may say more. */
	private static final String SOCKET_TIMEOUT_SECONDS = "60";

	private static final long CONNECT_MILLIS = 10_000;

	private static final long IDLE_MILLIS = 60_000;

	private final ConfigurableListableBeanFactory beanFactory;

	private final List<AutoCloseable> pools = new ArrayList<>();

	SourceConnections(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	DataSource of(String name, ReceiveProperties.Source source) {
		String bean = source.dataSource();
		return (bean != null) ? bean("audit.receive.sources.%s.data-source".formatted(name), bean) : open(name, source);
	}

	DataSource bean(String key, String name) {
		if (!this.beanFactory.containsBean(name) || !this.beanFactory.isTypeMatch(name, DataSource.class)) {
			throw new AuditSetupException(
					"'%s' names '%s', but there is no DataSource bean of that name".formatted(key, name),
					"Name one of these: %s; or define it.".formatted(String.join(", ", BeanFactoryUtils
						.beanNamesForTypeIncludingAncestors(this.beanFactory, DataSource.class, true, false))));
		}
		return this.beanFactory.getBean(name, DataSource.class);
	}

	private DataSource open(String name, ReceiveProperties.Source source) {
		try {
			DataSource opened = DataSourceBuilder.create()
				.url(source.url())
				.username(source.username())
				.password(source.password())
				.build();
			if (HIKARI_PRESENT) {
				Pool.tune(opened, name);
			}
			if (opened instanceof AutoCloseable pool) {
				this.pools.add(pool);
			}
			return opened;
		}
		catch (RuntimeException ex) {
			// The URL may hold a password.
			throw new AuditSetupException("'audit.receive.sources.%s.url' is not the URL of a database".formatted(name),
					"Let it be like jdbc:postgresql://host:5432/database.", ex);
		}
	}

	@Override
	public void destroy() throws Exception {
		for (AutoCloseable pool : this.pools) {
			pool.close();
		}
	}

	/** Apart, as the class may not be there. */
	private static final class Pool {

		private static void tune(@Nullable DataSource opened, String name) {
			if (opened instanceof HikariDataSource pool) {
				pool.setPoolName("audit-receive-" + name);
				pool.setMinimumIdle(0);
				pool.setMaximumPoolSize(2);
				pool.setInitializationFailTimeout(-1);
				pool.setConnectionTimeout(CONNECT_MILLIS);
				pool.setIdleTimeout(IDLE_MILLIS);
				pool.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
				pool.addDataSourceProperty("tcpKeepAlive", "true");
				pool.addDataSourceProperty("ApplicationName", "audit-receive");
			}
		}

	}

}
