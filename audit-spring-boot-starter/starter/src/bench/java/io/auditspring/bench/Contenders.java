package io.auditspring.bench;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

import com.mzt.logapi.beans.LogRecord;
import com.mzt.logapi.beans.Operator;
import com.mzt.logapi.service.ILogRecordService;
import com.mzt.logapi.service.IOperatorGetService;
import com.mzt.logapi.starter.annotation.EnableLogRecord;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.StateCapture;
import org.aopalliance.intercept.MethodInterceptor;
import org.apereo.inspektr.audit.AuditActionContext;
import org.apereo.inspektr.audit.AuditTrailManagementAspect;
import org.apereo.inspektr.audit.AuditTrailManager;
import org.apereo.inspektr.audit.annotation.Audit;
import org.apereo.inspektr.audit.spi.support.DefaultAuditActionResolver;
import org.apereo.inspektr.audit.spi.support.FirstParameterAuditResourceResolver;
import org.apereo.inspektr.common.spi.PrincipalResolver;
import org.aspectj.lang.JoinPoint;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.context.annotation.Primary;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * The ways to audit a call that does nothing else. What the others record goes nowhere,
 * so that only what they do on the call is measured; ours goes to its buffer.
 */
public enum Contenders {

	PROXY("bare proxy, interceptor that does nothing", Unaudited.class),
	ASYNC("ours ASYNC", AsyncConfiguration.class),
	DESCRIBED("ours ASYNC with target id and message", DescribedConfiguration.class),
	CONDITION("ours, condition false", ConditionConfiguration.class),
	INSPEKTR("Inspektr 2.0.6, record thrown away", InspektrConfiguration.class),
	BIZLOG("mzt-biz-log 3.0.6, record thrown away", BizlogConfiguration.class),
	TRANSACTIONAL("ours TRANSACTIONAL, durable", TransactionalConfiguration.class),
	SYNC("ours SYNC, durable and chained", SyncConfiguration.class);

	final String title;

	final Class<?> configuration;

	Contenders(String title, Class<?> configuration) {
		this.title = title;
		this.configuration = configuration;
	}

	boolean isDurable() {
		return this == TRANSACTIONAL || this == SYNC;
	}

	@Configuration(proxyBeanMethods = false)
	static class Unaudited {

		@Bean
		Desk desk() {
			ProxyFactory proxies = new ProxyFactory(new PlainDesk());
			proxies.setProxyTargetClass(true);
			proxies.addAdvice((MethodInterceptor) (invocation) -> invocation.proceed());
			return (Desk) proxies.getProxy();
		}

	}

	static class PlainDesk implements Desk {

		@Override
		public long pay(long order, String payer) {
			return order + payer.length();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AsyncConfiguration {

		@Bean
		AsyncDesk desk() {
			return new AsyncDesk();
		}

	}

	static class AsyncDesk extends PlainDesk {

		@Override
		@Audited(action = "order.pay", state = StateCapture.NONE, delivery = Delivery.ASYNC)
		public long pay(long order, String payer) {
			return super.pay(order, payer);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DescribedConfiguration {

		@Bean
		DescribedDesk desk() {
			return new DescribedDesk();
		}

	}

	static class DescribedDesk extends PlainDesk {

		@Override
		@Audited(action = "order.pay", targetType = "Order", targetId = "#order",
				message = "Order #{#order} paid by #{#payer}", state = StateCapture.NONE, delivery = Delivery.ASYNC)
		public long pay(long order, String payer) {
			return super.pay(order, payer);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ConditionConfiguration {

		@Bean
		ConditionDesk desk() {
			return new ConditionDesk();
		}

	}

	static class ConditionDesk extends PlainDesk {

		@Override
		@Audited(action = "order.pay", condition = "#order < 0", state = StateCapture.NONE, delivery = Delivery.ASYNC)
		public long pay(long order, String payer) {
			return super.pay(order, payer);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TransactionalConfiguration {

		@Bean
		TransactionalDesk desk() {
			return new TransactionalDesk();
		}

	}

	static class TransactionalDesk extends PlainDesk {

		@Override
		@Audited(action = "order.pay", state = StateCapture.NONE, delivery = Delivery.TRANSACTIONAL)
		public long pay(long order, String payer) {
			return super.pay(order, payer);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SyncConfiguration {

		@Bean
		SyncDesk desk() {
			return new SyncDesk();
		}

	}

	static class SyncDesk extends PlainDesk {

		@Override
		@Audited(action = "order.pay", state = StateCapture.NONE, delivery = Delivery.SYNC)
		public long pay(long order, String payer) {
			return super.pay(order, payer);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAspectJAutoProxy(proxyTargetClass = true)
	static class InspektrConfiguration {

		static final LongAdder RECORDS = new LongAdder();

		@Bean
		InspektrDesk desk() {
			return new InspektrDesk();
		}

		@Bean
		AuditTrailManagementAspect aspect() {
			return new AuditTrailManagementAspect("bench", new Principals(), List.of(new Nowhere()),
					Map.of("action", new DefaultAuditActionResolver()),
					Map.of("resource", new FirstParameterAuditResourceResolver()));
		}

	}

	static class InspektrDesk extends PlainDesk {

		@Override
		@Audit(action = "order.pay", actionResolverName = "action", resourceResolverName = "resource")
		public long pay(long order, String payer) {
			return super.pay(order, payer);
		}

	}

	static class Principals implements PrincipalResolver {

		@Override
		public String resolveFrom(JoinPoint point, Object result) {
			return resolve();
		}

		@Override
		public String resolveFrom(JoinPoint point, Exception failure) {
			return resolve();
		}

		@Override
		public String resolve() {
			return SecurityContextHolder.getContext().getAuthentication().getName();
		}

	}

	static class Nowhere implements AuditTrailManager {

		@Override
		public void record(AuditActionContext context) {
			InspektrConfiguration.RECORDS.increment();
		}

		@Override
		public Set<AuditActionContext> getAuditRecords(Map<WhereClauseFields, Object> fields) {
			return Set.of();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableLogRecord(tenant = "bench")
	static class BizlogConfiguration {

		static final LongAdder RECORDS = new LongAdder();

		@Bean
		BizlogDesk desk() {
			return new BizlogDesk();
		}

		// Its configuration is read before this one and finds no bean missing.
		@Bean
		@Primary
		IOperatorGetService operators() {
			return () -> new Operator(SecurityContextHolder.getContext().getAuthentication().getName());
		}

		@Bean
		@Primary
		ILogRecordService records() {
			return new ILogRecordService() {

				@Override
				public void record(LogRecord record) {
					RECORDS.increment();
				}

				@Override
				public List<LogRecord> queryLog(String number, String type) {
					return List.of();
				}

				@Override
				public List<LogRecord> queryLogByBizNo(String number, String type, String subtype) {
					return List.of();
				}

			};
		}

	}

	static class BizlogDesk extends PlainDesk {

		@Override
		@com.mzt.logapi.starter.annotation.LogRecord(type = "Order", subType = "pay", bizNo = "{{#order}}",
				success = "Order {{#order}} paid by {{#payer}}")
		public long pay(long order, String payer) {
			return super.pay(order, payer);
		}

	}

}
