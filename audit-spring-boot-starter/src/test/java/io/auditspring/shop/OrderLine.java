package io.auditspring.shop;

import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.envers.Audited;

/**
 * A line of an order.
 */
@Entity
@Audited
public class OrderLine {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	@ManyToOne(fetch = FetchType.LAZY)
	private PurchaseOrder order;

	private String article;

	protected OrderLine() {
	}

	OrderLine(PurchaseOrder order, String article) {
		this.order = order;
		this.article = article;
	}

	public Long getId() {
		return this.id;
	}

	public String getArticle() {
		return this.article;
	}

	public void setArticle(String article) {
		this.article = article;
	}

}
