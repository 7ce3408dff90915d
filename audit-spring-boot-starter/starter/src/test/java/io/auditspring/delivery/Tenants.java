package io.auditspring.delivery;

import java.util.Map;
import java.util.concurrent.Callable;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/**
 * A database for each tenant, as many applications route between them.
 */
public final class Tenants extends AbstractRoutingDataSource {

	private final ThreadLocal<@Nullable String> current = new ThreadLocal<>();

	public Tenants(Map<String, DataSource> targets, @Nullable DataSource byDefault) {
		setTargetDataSources(Map.copyOf(targets));
		if (byDefault != null) {
			setDefaultTargetDataSource(byDefault);
		}
		afterPropertiesSet();
	}

	@Override
	protected @Nullable Object determineCurrentLookupKey() {
		return this.current.get();
	}

	public @Nullable String current() {
		return this.current.get();
	}

	/**
	 * Does something on behalf of a tenant.
	 */
	public <T> T as(String tenant, Callable<T> work) throws Exception {
		String before = this.current.get();
		this.current.set(tenant);
		try {
			return work.call();
		}
		finally {
			this.current.set(before);
		}
	}

}
