package org.example.stock;

import java.math.BigDecimal;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;

import static org.assertj.core.api.Assertions.assertThat;

@DataJpaTest
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
class StockItemsTests {

	@Autowired
	private StockItems items;

	@Test
	void anItemIsFound() {
		long id = this.items.save(new StockItem("chair", BigDecimal.TEN)).getId();
		assertThat(this.items.findById(id)).isPresent();
	}

}
