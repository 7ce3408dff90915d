package org.example.bank;

import javax.cache.CacheManager;
import javax.cache.configuration.MutableConfiguration;

import org.hibernate.cache.jcache.ConfigSettings;

import org.springframework.boot.cache.autoconfigure.JCacheManagerCustomizer;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableCaching
public class CacheConfiguration {

	@Bean
	public HibernatePropertiesCustomizer hibernatePropertiesCustomizer(CacheManager cacheManager) {
		return (properties) -> properties.put(ConfigSettings.CACHE_MANAGER, cacheManager);
	}

	@Bean
	public JCacheManagerCustomizer cacheManagerCustomizer() {
		return (caches) -> {
			caches.createCache(BankAccountRepository.BY_NAME, new MutableConfiguration<>());
			caches.createCache(BankAccount.class.getName(), new MutableConfiguration<>());
			caches.createCache(BankAccount.class.getName() + ".operations", new MutableConfiguration<>());
			caches.createCache(Operation.class.getName(), new MutableConfiguration<>());
		};
	}

}
