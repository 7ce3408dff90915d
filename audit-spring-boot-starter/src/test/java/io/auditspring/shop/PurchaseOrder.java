package io.auditspring.shop;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

import io.auditspring.Sensitive;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;

/**
 * An order as a host application would have it.
 */
@Entity
@Audited
public class PurchaseOrder {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	@Version
	private int version;

	@Column(unique = true)
	private String reference;

	private String status = "NEW";

	@Column(precision = 20, scale = 2)
	private BigDecimal total;

	@NotAudited
	private String remark;

	@Sensitive
	private String customerCode;

	private String accessToken;

	@OneToMany(mappedBy = "order", cascade = CascadeType.ALL, orphanRemoval = true)
	private List<OrderLine> lines = new ArrayList<>();

	protected PurchaseOrder() {
	}

	public PurchaseOrder(String reference, BigDecimal total) {
		this.reference = reference;
		this.total = total;
	}

	public Long getId() {
		return this.id;
	}

	public String getReference() {
		return this.reference;
	}

	public void setReference(String reference) {
		this.reference = reference;
	}

	public String getStatus() {
		return this.status;
	}

	public void setStatus(String status) {
		this.status = status;
	}

	public BigDecimal getTotal() {
		return this.total;
	}

	public void setTotal(BigDecimal total) {
		this.total = total;
	}

	public void setRemark(String remark) {
		this.remark = remark;
	}

	public void setCustomerCode(String customerCode) {
		this.customerCode = customerCode;
	}

	public void setAccessToken(String accessToken) {
		this.accessToken = accessToken;
	}

	public OrderLine addLine(String article) {
		OrderLine line = new OrderLine(this, article);
		this.lines.add(line);
		return line;
	}

	public List<OrderLine> getLines() {
		return this.lines;
	}

}
